import Scene
import Synchronization

/// Tells one listener when a source goes down and comes up: once each, however many attempts lie between.
///
/// Before somebody listens, the latest changes are kept; the listener gets them first.
public final class SourceWatch: Sendable {
  /// Something that happened to a source.
  public struct Change: Sendable {
    /// `up`, or the first `down` of an outage.
    public var state: SourceState
    /// When, in monotonic nanoseconds as in `FrameStamp.arrival`.
    public var time: UInt64
    /// Seconds that the source was down; `nil` for what is no return.
    public var outage: Double?
  }

  private struct State {
    var downSince: UInt64?
    var backlog: [Change] = []
    var listener: (@Sendable (Change) -> Void)?
  }

  private let state = Mutex(State())

  /// A watch that has seen nothing.
  public init() {}

  /// Takes note of what a source says.
  public func see(_ new: SourceState) {
    state.withLock { state in
      let now = FrameStamp.now()
      var change = Change(state: new, time: now, outage: nil)
      switch new {
      case .connecting: return
      case .down(_, _, let delay):
        // Giving up is reported even in the middle of an outage.
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

  /// Calls `listener` with every change so far and from now on, in order, on whichever thread it happens.
  public func listen(_ listener: @escaping @Sendable (Change) -> Void) {
    state.withLock { state in
      for change in state.backlog { listener(change) }
      state.backlog = []
      state.listener = listener
    }
  }
}
