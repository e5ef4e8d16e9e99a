import Dispatch
import Foundation
import Synchronization

/// Signals of a service: SIGTERM and SIGINT stop it in order (a second SIGINT at once), SIGHUP reloads the
/// configuration.
///
/// A disk, a name server or a pipe can hold a thread up for ever. So the process ends by itself when its orderly end takes too
/// long; what was written until then is whole, and what waits for a receiver is on the disk.
final class ServiceSignals: @unchecked Sendable {
  private struct State {
    var onEnd: (@Sendable () -> Void)?
    var onReload: (@Sendable () -> Void)?
    var onDelay: (@Sendable (_ sentence: String) -> Void)?
    var hasEnded = false
  }

  /// Seconds that an orderly end may take, and a moment more for the line that reports it.
  private static let limit = 4.3, farewell = 0.2

  private let state = Mutex(State())
  // Written once, in `init`; keeps the handlers installed.
  private var sources: [any DispatchSourceSignal] = []

  init() {
    sources = signalSources([SIGINT, SIGTERM, SIGHUP]) { [weak self] in self?.arrived($0) }
  }

  /// Sets the handlers. Before, a signal exits.
  ///
  /// - Parameter onDelay: called with a sentence when the end takes too long, right before the process is ended.
  func direct(
    onEnd: @escaping @Sendable () -> Void, onReload: @escaping @Sendable () -> Void,
    onDelay: @escaping @Sendable (_ sentence: String) -> Void
  ) {
    state.withLock { ($0.onEnd, $0.onReload, $0.onDelay) = (onEnd, onReload, onDelay) }
  }

  private func arrived(_ number: Int32) {
    if number == SIGHUP { return state.withLock { $0.onReload }?() ?? () }
    let (end, isSecond) = state.withLock { state in
      defer { state.hasEnded = true }
      return (state.onEnd, state.hasEnded)
    }
    guard let end else { exit(0) }
    guard !isSecond else {
      if number == SIGINT { exit(130) }
      return
    }
    limitEnd()
    end()
  }

  private func limitEnd() {
    let report = state.withLock { $0.onDelay }
    let start = DispatchTime.now()
    // A queue each: standard error may be what hangs.
    DispatchQueue(label: "delay").asyncAfter(deadline: start + Self.limit) {
      report?("something hangs: the service ends without waiting for it any longer")
    }
    // Without the handlers of `exit`, which would run beside threads that still work.
    DispatchQueue(label: "end").asyncAfter(deadline: start + Self.limit + Self.farewell) { _exit(0) }
  }
}
