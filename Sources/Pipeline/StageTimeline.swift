/// Splits a stage's time into work and waiting. Pure: it reads no clock.
///
/// With an input, an item is the work from receiving one value until asking for the next. Without (a source), an item
/// is the work between two sends.
package struct StageTimeline {
  /// What a stage waits for.
  package enum Wait { case input, output }

  /// What ended: a wait, or work on one item.
  package enum Change: Equatable {
    case waited(Wait, nanoseconds: UInt64)
    case item(nanoseconds: UInt64)
  }

  private var workingSince: UInt64
  private var waitingSince: UInt64 = 0
  private var workOnItem: UInt64 = 0
  private var hasInput = false
  private var isOnItem = false

  package init(start: UInt64) { workingSince = start }

  /// The stage starts to receive or send. An item ends where the next value is received.
  package mutating func waitBegins(_ wait: Wait, at now: UInt64) -> Change? {
    workOnItem += now - min(workingSince, now)
    waitingSince = now
    return wait == .input ? endItem() : nil
  }

  /// The wait ended; `isSuccess` if a value was received or sent. For a source an item ends where it is sent.
  package mutating func waitEnded(_ wait: Wait, at now: UInt64, isSuccess: Bool) -> (Change, Change?) {
    workingSince = now
    let waited = Change.waited(wait, nanoseconds: now - min(waitingSince, now))
    switch wait {
    case .input:
      hasInput = true
      isOnItem = isSuccess
      workOnItem = 0
      return (waited, nil)
    case .output:
      guard !hasInput else { return (waited, nil) }
      isOnItem = isSuccess
      return (waited, endItem())
    }
  }

  /// The stage ended.
  package mutating func ended(at now: UInt64) -> Change? {
    workOnItem += now - min(workingSince, now)
    return hasInput ? endItem() : nil
  }

  private mutating func endItem() -> Change? {
    guard isOnItem else { return nil }
    isOnItem = false
    defer { workOnItem = 0 }
    return .item(nanoseconds: workOnItem)
  }
}
