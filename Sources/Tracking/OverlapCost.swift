internal import Scene

/// How well a detection fits a track.
struct OverlapCost: Sendable {
  /// Standard deviations by which boxes are enlarged before they are compared.
  static let doubtWidening = 2.0
  /// Largest enlargement on each side, in heights.
  static let widestMargin = 0.5
  /// Weight of the heading.
  static let headingWeight = 0.05

  /// The predicted box, enlarged.
  private let expected: Box
  private let marginX: Float
  private let marginY: Float

  /// Prepares the comparison of one track with many detections.
  ///
  /// Both boxes are enlarged by the filter's uncertainty: an object with known motion must fit well, a new or long
  /// unseen one is searched farther away (the buffered IoU of C-BIoU, Yang et al. 2023, with a buffer that follows
  /// the filter's variance).
  init(_ track: TrackLifecycle) {
    let filter = track.filter
    let widest = Self.widestMargin * max(1, filter.height.position)
    marginX = Float(min(Self.doubtWidening * filter.x.positionVariance.squareRoot(), widest))
    marginY = Float(min(Self.doubtWidening * filter.y.positionVariance.squareRoot(), widest))
    expected = Self.widened(filter.box, marginX, marginY)
  }

  /// IoU of the enlarged boxes, 0...1.
  func overlap(with box: Box) -> Double {
    Double(expected.intersectionOverUnion(with: Self.widened(box, marginX, marginY)))
  }

  private static func widened(_ box: Box, _ marginX: Float, _ marginY: Float) -> Box {
    Box(minX: box.minX - marginX, minY: box.minY - marginY, maxX: box.maxX + marginX, maxY: box.maxY + marginY)
  }
}
