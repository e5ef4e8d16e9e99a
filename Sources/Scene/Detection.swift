/// One object seen in one frame.
public struct Detection: Hashable, Sendable, Codable {
  /// Where it is, in source pixels.
  public var box: Box
  /// Probability the network gives it, 0...1.
  public var score: Float
  /// Index of its class in the model's `ClassCatalogue`.
  public var classID: Int

  /// An object at `box` (source pixels) of class `classID`, with probability `score`.
  @inlinable
  public init(box: Box, score: Float, classID: Int) {
    self.box = box
    self.score = score
    self.classID = classID
  }
}
