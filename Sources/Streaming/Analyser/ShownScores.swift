import Scene

/// Score thresholds for showing detections.
public struct ShownScores: Hashable, Sendable {
  /// Threshold (exclusive).
  public var lowest: Float = 0
  /// Thresholds of single classes by index; they replace `lowest`.
  public var ofClass: [Int: Float] = [:]

  /// Shows all detections.
  public init() {}

  func includes(_ detection: Detection) -> Bool {
    detection.score > ofClass[detection.classID] ?? lowest
  }
}
