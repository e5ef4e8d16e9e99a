/// Tells when frames were taken, by what their sender says of its clock in RTCP sender reports (RFC 3550). Pure: every
/// time is an argument.
struct SenderClock {
  /// Whether what comes with a packet is said of the next one; see `Packet.senderTime`.
  let speaksOfNext: Bool
  private var waiting: Int64?
  /// The sender's clock, in microseconds since 1970, where the time of the stream is 0.
  private var origin: Int64?
  private var last: Int64?

  /// A clock for a stream of `codec`.
  init(codec: String) {
    speaksOfNext = Self.speaksOfNext(codec)
  }

  /// Whether the end of a frame of `codec` is found when the next begins. Only these come in whole frames; in all others
  /// libav looks for their ends.
  static func speaksOfNext(_ codec: String) -> Bool { !["mjpeg", "vp8", "vp9", "av1"].contains(codec) }

  /// Sees the next packet, that is due at `seconds` of the stream, with what its sender says.
  mutating func see(_ said: Int64?, at seconds: Double?) {
    let mine = speaksOfNext ? waiting : said
    waiting = said
    if let mine, let ticks = Self.microseconds(seconds) { origin = mine &- ticks }
  }

  /// When the frame at `seconds` of the stream was taken, in microseconds since 1970, given out while the receiver's
  /// clock reads `wall`; `nil` where nothing was said, or nothing credible: senders without a clock are years off.
  ///
  /// Later frames have later times, but for a clock that is set back by more than a second.
  mutating func taken(at seconds: Double?, wall: Int64) -> Int64? {
    guard let origin, let ticks = Self.microseconds(seconds) else { return nil }
    var time = origin &+ ticks
    guard abs(time &- wall) < 86_400_000_000 else { return nil }
    if let last, time <= last, last - time < 1_000_000 { time = last + 1 }
    last = time
    return time
  }

  /// `nil` for what is no time.
  private static func microseconds(_ seconds: Double?) -> Int64? {
    guard let seconds, seconds.magnitude < 1e10 else { return nil }
    return Int64(seconds * 1e6)
  }
}
