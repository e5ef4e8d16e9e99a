/// Where an object was in one frame.
package struct Sighting: Hashable, Sendable, Codable {
  /// Its box in pixels of the frame.
  package var box: Box
  /// Presentation time of the frame, in seconds of the source.
  package var seconds: Double
  /// Score of its detection, 0 to 1.
  package var score: Float

  /// `box`, in pixels of the frame at `seconds` of the source, detected with `score` (0 to 1).
  package init(_ box: Box, at seconds: Double, score: Float) {
    self.box = box
    self.seconds = seconds
    self.score = score
  }
}
