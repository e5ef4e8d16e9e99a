/// One row of a MOTChallenge file: where one object is in one frame.
public struct TrackRecord: Hashable, Sendable {
  /// Frame number, counted from 1.
  public var frame: Int
  /// Identity; -1 for a detection that has none.
  public var id: Int
  /// Where it is, in pixels.
  public var box: PreciseBox
  /// Seventh column. Detections: their score. Ground truth: 0 for a row that is not to be scored.
  public var confidence: Double
  /// Eighth column: class of a MOT16/17/20 ground truth row, 1 for a pedestrian; `nil` where the file has -1 or a world
  /// coordinate (MOT15).
  public var classID: Int?

  /// A row of frame `frame` (from 1): object `id` at `box` in pixels.
  public init(frame: Int, id: Int, box: PreciseBox, confidence: Double = 1, classID: Int? = nil) {
    self.frame = frame
    self.id = id
    self.box = box
    self.confidence = confidence
    self.classID = classID
  }
}
