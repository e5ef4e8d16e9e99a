internal import Scene

/// How well a detection continues a track.
struct OverlapCost: Sendable {
  /// Standard deviations of doubt by which boxes are widened before they are compared.
  static let doubtWidening = 2.0
  /// Most that is added on each side, in heights.
  static let widestMargin = 0.5
  /// Weight of the heading.
  static let headingWeight = 0.05

  /// The expected box, widened.
  private let expected: Box
  private let marginX: Float
  private let marginY: Float

  /// Prepares the comparison of one track with many detections.
  ///
  /// Both boxes are widened by what the filter does not know, so an object whose motion is sure must fit well while a new
  /// or long unseen one is searched further away (the buffered overlap of C-BIoU, Yang et al. 2023, with a buffer that
  /// follows the filter's own variance).
  init(_ track: TrackLifecycle) {
    let filter = track.filter
    let widest = Self.widestMargin * max(1, filter.height.position)
    marginX = Float(min(Self.doubtWidening * filter.x.positionVariance.squareRoot(), widest))
    marginY = Float(min(Self.doubtWidening * filter.y.positionVariance.squareRoot(), widest))
    expected = Self.widened(filter.box, marginX, marginY)
  }

  /// Overlap of the widened boxes, 0...1.
  func overlap(with box: Box) -> Double {
    Double(expected.intersectionOverUnion(with: Self.widened(box, marginX, marginY)))
  }

  private static func widened(_ box: Box, _ marginX: Float, _ marginY: Float) -> Box {
    Box(minX: box.minX - marginX, minY: box.minY - marginY, maxX: box.maxX + marginX, maxY: box.maxY + marginY)
  }
}
