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

  /// When the frame for the time `ticks` came; `nil` if that is not known.
  mutating func take(_ ticks: Int64?) -> UInt64? {
    guard let ticks, let place = waiting.lastIndex(where: { $0.ticks == ticks }) else { return nil }
    return waiting.remove(at: place).arrival
  }
}
