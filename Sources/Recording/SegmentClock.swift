/// Wall-clock times of a stream's packets by the clock of the stream itself, so that segments follow each other without a
/// gap or an overlap, although packets arrive late by a varying time. It follows the arrivals slowly. Pure; all times are
/// seconds.
struct SegmentClock {
  /// What a segment's start may be corrected by: two clocks drift apart by less.
  private static let correction = 0.02
  /// A difference that is no drift: the wall clock or the stream's clock was set.
  private static let jump = 1.0

  /// The wall clock at stream time 0.
  private var offset: Double?
  /// The same by the earliest packet since the segment began: delays only add.
  private var earliest = Double.infinity

  /// A packet due at `time` of the stream arrived at `wall`.
  mutating func see(_ time: Double, arrival wall: Double) { earliest = min(earliest, wall - time) }

  /// Wall-clock time of a segment that begins at `time` of the stream.
  mutating func begin(at time: Double) -> Double {
    defer { earliest = .infinity }
    if let known = offset, abs(earliest - known) < Self.jump {
      offset = known + min(max(earliest - known, -Self.correction), Self.correction)
    } else if earliest < .infinity {
      offset = earliest
    }
    return wall(at: time)
  }

  /// Wall-clock time of `time` of the stream.
  func wall(at time: Double) -> Double { time + (offset ?? 0) }
}
