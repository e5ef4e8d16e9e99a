/// One object as it stands in one frame, with the identity it keeps over time.
public struct Track: Hashable, Sendable, Codable {
  /// Identity within one source, counted from 1; never used again.
  public var id: Int
  /// What the detector saw in this frame.
  public var detection: Detection
  /// Presentation time of the frame that first showed it, in seconds of the source.
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
