package import Scene

/// A labelled object of an image.
package struct TrueObject: Hashable, Sendable {
  /// The box in pixels.
  package var box: PreciseBox
  /// Index of its class, from 0.
  package var classID: Int
  /// Area in square pixels that decides between small, medium and large: that of the outline if known.
  package var area: Double
  /// A crowd or a difficult object: detecting it is neither right nor wrong.
  package var isCrowd: Bool
  /// Closed polygons around the object in fractions of the image; empty if unknown.
  package var outline: [[SIMD2<Float>]]

  /// An object of class `classID` at `box` (pixels); `area` in square pixels is that of the box unless given.
  package init(
    box: PreciseBox, classID: Int, area: Double? = nil, isCrowd: Bool = false, outline: [[SIMD2<Float>]] = []
  ) {
    self.box = box
    self.classID = classID
    self.area = area ?? box.area
    self.isCrowd = isCrowd
    self.outline = outline
  }
}

/// A detection in an image, in double precision.
package struct FoundObject: Hashable, Sendable {
  /// The box in pixels.
  package var box: PreciseBox
  /// Index of its class, from 0.
  package var classID: Int
  /// The score; only the order matters.
  package var score: Double

  /// A detection of class `classID` at `box` (pixels).
  package init(box: PreciseBox, classID: Int, score: Double) {
    self.box = box
    self.classID = classID
    self.score = score
  }

  /// A detection with the precision of result files: pixels to 3 decimals, the score to 5. Rounding before scoring
  /// gives the figures that other tools compute from the file, ties included.
  package init(_ detection: Detection) {
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
