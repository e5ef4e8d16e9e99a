/// Keeps the arrival times of packets, by presentation time, until their frames are decoded. Pure.
struct FrameArrivals {
  private var waiting: [(ticks: Int64?, arrival: UInt64)] = []
  /// More frames than any decoder delays.
  private static let limit = 64

  /// The packet with presentation time `ticks` arrived at `arrival`.
  mutating func add(_ ticks: Int64?, _ arrival: UInt64) {
    // Parts of one frame: the last one counts.
    if let ticks, let last = waiting.last, last.ticks == ticks { waiting.removeLast() }
    waiting.append((ticks, arrival))
    if waiting.count > Self.limit { waiting.removeFirst() }
  }

  /// Arrival of the frame with presentation time `ticks`; `nil` if unknown. Frames without a time, as libav has at
  /// the start of RTSP streams, are matched in order.
  mutating func take(_ ticks: Int64?) -> UInt64? {
    let found = ticks == nil ? waiting.firstIndex { $0.ticks == nil } : waiting.lastIndex { $0.ticks == ticks }
    guard let place = found else { return nil }
    return waiting.remove(at: place).arrival
  }
}
