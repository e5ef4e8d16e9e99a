import Scene

/// The scores that detections need to be shown.
public struct ShownScores: Hashable, Sendable {
  /// Probability that detections must exceed.
  public var lowest: Float = 0
  /// The same for single classes, by index.
  public var ofClass: [Int: Float] = [:]

  /// Everything is shown.
  public init() {}

  func includes(_ detection: Detection) -> Bool {
    detection.score > ofClass[detection.classID] ?? lowest
  }
}
