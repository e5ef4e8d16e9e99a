import Scene
import Synchronization

/// Reports to one listener when a source goes down and comes up: once each, however many attempts lie between.
///
/// Changes before the listener is set are kept and delivered to it first.
package final class SourceWatch: Sendable {
  /// A change of a source's state.
  package struct Change: Sendable {
    /// `up`, or the first `down` of an outage.
    package var state: SourceState
    /// When it happened, in monotonic nanoseconds as in `FrameStamp.arrival`.
    package var time: UInt64
    /// Seconds that the source was down; `nil` if it was not.
    package var outage: Double?
  }

  private struct State {
    var downSince: UInt64?
    var backlog: [Change] = []
    var listener: (@Sendable (Change) -> Void)?
  }

  private let state = Mutex(State())

  /// A watch without observations.
  package init() {}

  /// Observes a state of the source.
  package func see(_ new: SourceState) {
    state.withLock { state in
      let now = FrameStamp.now()
      var change = Change(state: new, time: now, outage: nil)
      switch new {
      case .connecting: return
      case .down(_, _, let delay):
        // Giving up is reported even during an outage.
        if state.downSince != nil, delay.isFinite { return }
        state.downSince = state.downSince ?? now
      case .up:
        change.outage = state.downSince.map { Double(now &- $0) / 1e9 }
        state.downSince = nil
      }
      if let listener = state.listener {
        listener(change)
      } else {
        state.backlog.append(change)
        if state.backlog.count > 64 { state.backlog.removeFirst() }
      }
    }
  }

  /// Calls `listener` with all changes so far and from now on, in order, on the thread where they happen.
  package func listen(_ listener: @escaping @Sendable (Change) -> Void) {
    state.withLock { state in
      for change in state.backlog { listener(change) }
      state.backlog = []
      state.listener = listener
    }
  }
}
