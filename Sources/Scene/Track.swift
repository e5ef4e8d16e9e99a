/// One tracked object in one frame; its identity is the same in all frames.
public struct Track: Hashable, Sendable, Codable {
  /// Identity within one source, from 1; never reused.
  public var id: Int
  /// The detection in this frame.
  public var detection: Detection
  /// Presentation time of its first frame, in seconds of the source.
  public var firstSeen: Double
  /// Highest score so far, 0...1.
  public var topScore: Float

  /// The state of track `id` in one frame; `firstSeen` in seconds of the source.
  public init(id: Int, detection: Detection, firstSeen: Double, topScore: Float) {
    self.id = id
    self.detection = detection
    self.firstSeen = firstSeen
    self.topScore = topScore
  }
}
