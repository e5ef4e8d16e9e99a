/// Mends jumps of a stream's clock (broadcasts restart theirs) before decoding, for all tracks alike.
///
/// A jump is a packet whose time of decoding lies further than `limit` from the last one of any track; from then on all
/// times are shifted so that it follows its predecessor.
struct TimestampJumps {
  /// Farthest that two neighbours may lie apart, in seconds.
  let limit: Double
  /// What to add to the times of packets, in seconds.
  private(set) var shift = 0.0
  /// Jumps mended.
  private(set) var count = 0
  private var last: Double?

  init(limit: Double) { self.limit = limit }

  /// Sees the time of the next packet, in seconds, that lasts `interval`.
  mutating func see(_ seconds: Double, interval: Double) {
    let time = seconds + shift
    guard let last else {
      self.last = time
      return
    }
    if abs(time - last) > limit {
      shift += last + interval - time
      count += 1
      self.last = last + interval
    } else {
      self.last = time
    }
  }
}
