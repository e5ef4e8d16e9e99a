/// Remembers when the packets of frames came while their frames are being decoded, by their times of presentation. Pure.
struct FrameArrivals {
  private var waiting: [(ticks: Int64?, arrival: UInt64)] = []
  /// Most frames that a decoder holds back, and some.
  private static let limit = 64

  /// A packet for the time `ticks` came at `arrival`.
  mutating func add(_ ticks: Int64?, _ arrival: UInt64) {
    // Pieces of one frame: the last one counts.
    if let ticks, let last = waiting.last, last.ticks == ticks { waiting.removeLast() }
    waiting.append((ticks, arrival))
    if waiting.count > Self.limit { waiting.removeFirst() }
  }

  /// When the frame for the time `ticks` came; `nil` if that is not known. libav has no time for the first frame of a stream
  /// over RTSP: those without a time come in order.
  mutating func take(_ ticks: Int64?) -> UInt64? {
    let found = ticks == nil ? waiting.firstIndex { $0.ticks == nil } : waiting.lastIndex { $0.ticks == ticks }
    guard let place = found else { return nil }
    return waiting.remove(at: place).arrival
  }
}
