import Synchronization

/// How long sinks wait for a reader of their output: indefinitely, until the host ends it.
package final class WriteDeadline: Sendable {
  /// Monotonic nanoseconds. Relaxed: a waiting writer polls it ten times per second; no memory access depends on it.
  private let deadline = Atomic<UInt64>(.max)

  package init() {}

  /// Ends all waiting at `time`, in monotonic nanoseconds.
  package func end(at time: UInt64) { deadline.store(time, ordering: .relaxed) }

  /// Whether waiting has ended at `now`.
  func isOver(at now: UInt64) -> Bool { now >= deadline.load(ordering: .relaxed) }
}
