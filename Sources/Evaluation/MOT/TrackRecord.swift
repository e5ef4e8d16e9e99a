/// One row of a MOTChallenge file: the box of one object in one frame.
package struct TrackRecord: Hashable, Sendable {
  /// Frame number, counted from 1.
  package var frame: Int
  /// Identity; -1 for a detection.
  package var id: Int
  /// The box in pixels.
  package var box: PreciseBox
  /// Seventh column. Detections: the score. Ground truth: 0 for a row that is not scored.
  package var confidence: Double
  /// Eighth column: class of a MOT16/17/20 ground-truth row, 1 for a pedestrian; `nil` for -1 and for a world
  /// coordinate (MOT15).
  package var classID: Int?

  /// A row of frame `frame` (from 1): object `id` at `box` in pixels.
  package init(frame: Int, id: Int, box: PreciseBox, confidence: Double = 1, classID: Int? = nil) {
    self.frame = frame
    self.id = id
    self.box = box
    self.confidence = confidence
    self.classID = classID
  }
}
