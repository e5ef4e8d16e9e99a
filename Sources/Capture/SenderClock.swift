/// Computes capture times from RTCP sender reports (RFC 3550). Pure: all times are arguments.
struct SenderClock {
  /// Whether the report attached to a packet is for the next one; see `Packet.senderTime`.
  let speaksOfNext: Bool
  private var waiting: Int64?
  /// The sender's clock at stream time 0, in microseconds since 1970.
  private var origin: Int64?
  private var last: Int64?

  /// A clock for a stream of `codec`.
  init(codec: String) {
    speaksOfNext = Self.speaksOfNext(codec)
  }

  /// Whether the end of a frame is only found when the next one starts. The codecs listed here arrive in whole
  /// frames; for all others libav searches for their ends.
  static func speaksOfNext(_ codec: String) -> Bool { !["mjpeg", "vp8", "vp9", "av1"].contains(codec) }

  /// Observes the next packet, due at `seconds` of the stream, with its report.
  mutating func see(_ said: Int64?, at seconds: Double?) {
    let mine = speaksOfNext ? waiting : said
    waiting = said
    if let mine, let ticks = Self.microseconds(seconds) { origin = mine &- ticks }
  }

  /// Capture time of the frame at `seconds` of the stream, in microseconds since 1970, given the receiver's clock
  /// `wall`; `nil` without a credible report: senders without a clock are years off.
  ///
  /// Later frames have later times, unless the sender's clock is set back by more than a second.
  mutating func taken(at seconds: Double?, wall: Int64) -> Int64? {
    guard let origin, let ticks = Self.microseconds(seconds) else { return nil }
    var time = origin &+ ticks
    guard abs(time &- wall) < 86_400_000_000 else { return nil }
    if let last, time <= last, last - time < 1_000_000 { time = last + 1 }
    last = time
    return time
  }

  /// `nil` if the value is not a valid time.
  private static func microseconds(_ seconds: Double?) -> Int64? {
    guard let seconds, seconds.magnitude < 1e10 else { return nil }
    return Int64(seconds * 1e6)
  }
}
