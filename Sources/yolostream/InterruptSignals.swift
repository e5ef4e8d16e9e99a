import Dispatch
import Foundation
import Synchronization

/// SIGINT and SIGTERM end a run in order: the first stops the source, a second ends the program at once.
final class InterruptSignals: @unchecked Sendable {
  private let count = Mutex(0)
  // Written once, in `init`; kept only so that the handlers stay installed.
  private var sources: [any DispatchSourceSignal] = []

  init(_ stop: @escaping @Sendable () -> Void) {
    for number in [SIGINT, SIGTERM] {
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number)
      source.setEventHandler { [weak self] in
        guard let self else { return }
        let times = self.count.withLock {
          $0 += 1
          return $0
        }
        if times > 1 { exit(130) }
        stop()
      }
      source.resume()
      sources.append(source)
    }
  }

  var wasInterrupted: Bool { count.withLock { $0 > 0 } }
}

extension Duration {
  var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}

extension Double {
  /// The number with `places` digits behind the point.
  func text(_ places: Int) -> String { String(format: "%.\(places)f", self) }
}
