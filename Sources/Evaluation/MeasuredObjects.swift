public import Scene

/// An object that an image shows, as its annotation says.
public struct TrueObject: Hashable, Sendable {
  /// Where, in pixels.
  public var box: PreciseBox
  /// Index of its class, from 0.
  public var classID: Int
  /// Area in square pixels by which it counts as small, medium or large: that of its outline where one is known.
  public var area: Double
  /// A group that is not to be taken apart, or an object that is too hard: finding it is neither right nor wrong.
  public var isCrowd: Bool
  /// Closed lines around it, as fractions of the image, where they are known.
  public var outline: [[SIMD2<Float>]]

  /// An object of class `classID` at `box` (pixels); `area` in square pixels is that of the box unless given.
  public init(
    box: PreciseBox, classID: Int, area: Double? = nil, isCrowd: Bool = false, outline: [[SIMD2<Float>]] = []
  ) {
    self.box = box
    self.classID = classID
    self.area = area ?? box.area
    self.isCrowd = isCrowd
    self.outline = outline
  }
}

/// An object that a detector claims to see in an image.
public struct FoundObject: Hashable, Sendable {
  /// Where, in pixels.
  public var box: PreciseBox
  /// Index of its class, from 0.
  public var classID: Int
  /// How sure the detector is; only the order counts.
  public var score: Double

  /// A claim that an object of class `classID` is at `box` (pixels).
  public init(box: PreciseBox, classID: Int, score: Double) {
    self.box = box
    self.classID = classID
    self.score = score
  }

  /// A detection rounded as it is written to files: pixels to 3 decimals, the score to 5.
  ///
  /// Rounded first and scored after, so that any other tool that reads the file gets the same figures, ties included.
  public init(_ detection: Detection) {
    let box = detection.box
    self.init(
      box: PreciseBox(
        left: Self.rounded(Double(box.minX), 1e3), top: Self.rounded(Double(box.minY), 1e3),
        width: Self.rounded(Double(box.maxX) - Double(box.minX), 1e3),
        height: Self.rounded(Double(box.maxY) - Double(box.minY), 1e3)),
      classID: detection.classID, score: Self.rounded(Double(detection.score), 1e5))
  }

  private static func rounded(_ value: Double, _ scale: Double) -> Double { (value * scale).rounded() / scale }
}
