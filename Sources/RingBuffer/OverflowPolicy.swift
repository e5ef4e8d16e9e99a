/// What happens when a producer is faster than its consumer.
package enum OverflowPolicy: String, Hashable, Sendable, CaseIterable {
  /// The producer waits for room; nothing is lost. For files.
  case wait
  /// The newest value replaces the waiting one. For live sources, where old frames are worthless.
  case keepNewest
  /// Queued values stay and the new value is dropped. For short bursts of a live source.
  case refuseNewest
}
