import Dispatch
import Foundation
import Synchronization

/// Signals of a service: SIGTERM and SIGINT stop it in order (a second SIGINT at once), SIGHUP reloads the
/// configuration.
final class ServiceSignals: @unchecked Sendable {
  private struct State {
    var onEnd: (@Sendable () -> Void)?
    var onReload: (@Sendable () -> Void)?
    var hasEnded = false
  }

  private let state = Mutex(State())
  // Written once, in `init`; keeps the handlers installed.
  private var sources: [any DispatchSourceSignal] = []

  init() {
    sources = signalSources([SIGINT, SIGTERM, SIGHUP]) { [weak self] in self?.arrived($0) }
  }

  /// Sets the handlers. Before, a signal exits.
  func direct(onEnd: @escaping @Sendable () -> Void, onReload: @escaping @Sendable () -> Void) {
    state.withLock { ($0.onEnd, $0.onReload) = (onEnd, onReload) }
  }

  private func arrived(_ number: Int32) {
    if number == SIGHUP { return state.withLock { $0.onReload }?() ?? () }
    let (end, isSecond) = state.withLock { state in
      defer { state.hasEnded = true }
      return (state.onEnd, state.hasEnded)
    }
    guard let end else { exit(0) }
    if !isSecond { end() } else if number == SIGINT { exit(130) }
  }
}
