/// Keeps the decoder from what a loss has spoilt: closed at first and after each loss, until a whole keyframe comes.
///
/// Frames are predicted from those before them, so after a loss all are wrong up to the next keyframe. Pure.
struct KeyframeGate {
  /// What to do with a packet.
  enum Judgement: Equatable {
    /// Decode it.
    case pass
    /// Decode it after forgetting everything before.
    case beginAnew
    /// Leave it out.
    case withhold
  }

  /// Whether nothing passes.
  private(set) var isClosed = true
  /// Packets that may have a hole although none was seen while they were read.
  private var suspects = 0

  /// Judges the next packet.
  ///
  /// - Parameter isWhole: whether nothing was lost while it was read. A loss shows between two packets and may belong to
  ///   either, so the one that follows is under suspicion, too.
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
    return .beginAnew
  }

  /// The decoder found damage.
  mutating func close() { isClosed = true }
}
