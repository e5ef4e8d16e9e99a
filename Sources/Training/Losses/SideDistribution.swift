import Foundation

/// The distance from an anchor to one side of a box, as a distribution over the integers 0...15 (Li et al. 2020,
/// "Generalized Focal Loss").
struct SideDistribution {
  /// Probabilities of the distances 0...15 in cells.
  let probabilities: SIMD16<Float>
  /// Expected distance in cells.
  let distance: Float

  private static let bins = SIMD16<Float>(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15)

  /// Softmax of `logits`.
  init(logits: SIMD16<Float>) {
    let powers = VectorMath.exp(logits - logits.max())
    probabilities = powers / powers.sum()
    distance = (probabilities * Self.bins).sum()
  }

  /// Derivative of `distance` by each logit.
  var distanceGradient: SIMD16<Float> { probabilities * (Self.bins - distance) }

  /// Distribution focal loss towards `target` (cells, 0...14.99) and its derivative by each logit: the
  /// cross-entropies with the two neighbouring integers, weighted linearly.
  func focalLoss(target: Float) -> (value: Float, gradient: SIMD16<Float>) {
    let lower = Int(target)
    let upperShare = target - Float(lower)
    var gradient = probabilities
    gradient[lower] -= 1 - upperShare
    gradient[lower + 1] -= upperShare
    let floor = Float.leastNormalMagnitude
    let value =
      -(1 - upperShare) * log(max(probabilities[lower], floor)) - upperShare * log(max(probabilities[lower + 1], floor))
    return (value, gradient)
  }
}
