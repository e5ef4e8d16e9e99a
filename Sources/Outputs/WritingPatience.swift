import Synchronization

/// How long a sink may go on waiting for a reader of what it writes: for good, until its host ends it.
package final class WritingPatience: Sendable {
  /// Monotonic nanoseconds. Relaxed: a number that a waiting writer looks at ten times a second; nothing hangs on it.
  private let deadline = Atomic<UInt64>(.max)

  package init() {}

  /// Ends all waiting at `time`, in monotonic nanoseconds.
  package func end(at time: UInt64) { deadline.store(time, ordering: .relaxed) }

  /// Whether waiting is over at `now`.
  func isOver(at now: UInt64) -> Bool { now >= deadline.load(ordering: .relaxed) }
}
