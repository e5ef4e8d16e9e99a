/// Withholds packets from the decoder at the start and after each loss, until a complete keyframe arrives.
///
/// Frames are predicted from earlier ones, so after a loss all are wrong until the next keyframe. Pure.
struct KeyframeGate {
  /// What to do with a packet.
  enum Judgement: Equatable {
    /// Decode it.
    case pass
    /// Reset the decoder and decode it.
    case reset
    /// Skip it.
    case withhold
  }

  /// Whether packets are withheld.
  private(set) var isClosed = true
  /// Packets that may have a gap although none was seen while they were read.
  private var suspects = 0

  /// Judges the next packet.
  ///
  /// - Parameter isWhole: whether nothing was lost while it was read. A loss is noticed between two packets and can
  ///   affect either, so the following one is suspect, too.
  mutating func judge(isKey: Bool, isWhole: Bool) -> Judgement {
    guard isWhole else {
      close()
      suspects = 1
      return .withhold
    }
    guard isClosed else { return .pass }
    if suspects > 0 {
      suspects -= 1
      return .withhold
    }
    guard isKey else { return .withhold }
    isClosed = false
    return .reset
  }

  /// The decoder reported damage.
  mutating func close() { isClosed = true }
}
