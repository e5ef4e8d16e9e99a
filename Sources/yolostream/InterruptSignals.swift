import Dispatch
import Foundation
import Synchronization

/// SIGINT and SIGTERM end a run in order: the first stops it, a second ends the program at once. Before there is a run,
/// there is nothing to be saved and the first ends the program.
final class InterruptSignals: @unchecked Sendable {
  private struct State {
    var stop: (@Sendable () -> Void)?
    var count = 0
  }

  private let state = Mutex(State())
  // Written once, in `init`; kept only so that the handlers stay installed.
  private var sources: [any DispatchSourceSignal] = []

  init() {
    // Who reads our output may go away; that is an error of writing, not the end of the program.
    signal(SIGPIPE, SIG_IGN)
    for number in [SIGINT, SIGTERM] {
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler { [weak self] in self?.arrived() }
      // Dispatch catches the signal once it listens. It is not ignored before: what came in between would be lost.
      source.resume()
      sources.append(source)
    }
  }

  /// Has the first signal call `stop` from now on.
  func onInterrupt(_ stop: @escaping @Sendable () -> Void) { state.withLock { $0.stop = stop } }

  var wasInterrupted: Bool { state.withLock { $0.count > 0 } }

  private func arrived() {
    let stop = state.withLock { state in
      state.count += 1
      return state.count == 1 ? state.stop : nil
    }
    guard let stop else { exit(130) }
    stop()
  }
}
