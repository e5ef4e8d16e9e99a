import Scene

/// Score thresholds for showing detections.
package struct ShownScores: Hashable, Sendable {
  /// Threshold (exclusive).
  package var lowest: Float = 0
  /// Thresholds of single classes by index; they replace `lowest`.
  package var ofClass: [Int: Float] = [:]

  /// Shows all detections.
  package init() {}

  func includes(_ detection: Detection) -> Bool {
    detection.score > ofClass[detection.classID] ?? lowest
  }
}
