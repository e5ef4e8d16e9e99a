internal import Foundation

/// How much faster than expected the objects of a scene change their speed, learnt while tracking.
///
/// A fixed camera over a square wants a patient filter, a camera in a turning car a nimble one. If the errors of
/// prediction keep their sign from frame to frame, the filters lag and the factor rises; if they alternate, the filters
/// chase noise and it falls. All tracks of a scene share it, since a shaking camera shakes them all. (The test of the
/// innovations for whiteness is Mehra's, "On the identification of variances and adaptive Kalman filtering", 1970.)
struct Restlessness: Sendable {
  /// Step of the logarithm for one observation of product one.
  static let rate = 0.05
  /// Persistence of a filter that is well tuned; above zero because a detector's errors last.
  static let target = 0.05
  /// Range of the factor.
  static let range = 0.2...10.0

  private var logarithm = 0.0
  /// The factor on the acceleration noise.
  private(set) var factor = 1.0

  /// Learns from a filter that was updated in this frame and the one before.
  mutating func learn(from filter: KalmanFilter) {
    logarithm += Self.rate * (filter.x.persistence + filter.y.persistence - 2 * Self.target)
  }

  /// Makes what was learnt count from now on; once a frame, so that the order of the tracks does not matter.
  mutating func settle() {
    logarithm = max(log(Self.range.lowerBound), min(log(Self.range.upperBound), logarithm))
    factor = exp(logarithm)
  }
}
