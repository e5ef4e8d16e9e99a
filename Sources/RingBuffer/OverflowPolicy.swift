/// What happens when values arrive faster than they are taken.
public enum OverflowPolicy: String, Hashable, Sendable, CaseIterable {
  /// The producer waits for room and nothing is lost: for files.
  case wait
  /// The newest value replaces the one that waits: for live sources, where an old frame is worth nothing.
  case keepNewest
  /// What waits stays in order and the arriving value is lost: for short bursts of a live source.
  case refuseNewest
}
