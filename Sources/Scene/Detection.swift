/// One detected object in one frame.
public struct Detection: Hashable, Sendable, Codable {
  /// The box in source pixels.
  public var box: Box
  /// The network's class probability, 0...1.
  public var score: Float
  /// Index of its class in the model's `ClassCatalogue`.
  public var classID: Int

  /// An object of class `classID` at `box` (source pixels) with probability `score`.
  @inlinable
  public init(box: Box, score: Float, classID: Int) {
    self.box = box
    self.score = score
    self.classID = classID
  }
}
