/// Where an object was in one frame.
public struct Sighting: Hashable, Sendable, Codable {
  /// Its box in pixels of the frame.
  public var box: Box
  /// Presentation time of the frame, in seconds of the source.
  public var seconds: Double

  /// `box`, in pixels of the frame at `seconds` of the source.
  public init(_ box: Box, at seconds: Double) {
    self.box = box
    self.seconds = seconds
  }
}
