import Dispatch
import Foundation
import Synchronization

/// SIGINT and SIGTERM: the first stops the run in order, a second exits at once. Before a run has started, the first
/// exits.
final class InterruptSignals: @unchecked Sendable {
  private struct State {
    var stop: (@Sendable () -> Void)?
    var count = 0
  }

  private let state = Mutex(State())
  // Written once, in `init`; keeps the handlers installed.
  private var sources: [any DispatchSourceSignal] = []

  init() {
    sources = signalSources([SIGINT, SIGTERM]) { [weak self] _ in self?.arrived() }
  }

  /// Makes the first signal call `stop` from now on.
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

/// Calls `arrived` for each of the signals `numbers`, as long as the result is kept; ignores SIGPIPE.
func signalSources(
  _ numbers: [Int32], _ arrived: @escaping @Sendable (Int32) -> Void
) -> [any DispatchSourceSignal] {
  // A reader that closes our output is a write error, not the end of the program.
  signal(SIGPIPE, SIG_IGN)
  return numbers.map { number in
    let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
    source.setEventHandler { arrived(number) }
    // Dispatch catches the signal once it listens. Before, it keeps its default action, so that it is not lost.
    source.resume()
    return source
  }
}
