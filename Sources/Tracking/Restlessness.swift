internal import Foundation

/// Adapts the acceleration noise to the scene while tracking.
///
/// A fixed camera over a square needs slow filters, a camera in a turning car fast ones. If prediction errors keep
/// their sign from frame to frame, the filters lag and the factor rises; if the signs alternate, the filters follow
/// noise and it falls. All tracks of a scene share it, because a shaking camera affects them all. (The whiteness test
/// of the innovations is Mehra's, "On the identification of variances and adaptive Kalman filtering", 1970.)
struct Restlessness: Sendable {
  /// Change of the factor's logarithm for an innovation product of one.
  static let rate = 0.05
  /// Target mean of the innovation product; positive because detection errors are correlated.
  static let target = 0.05
  /// Range of the factor.
  static let range = 0.2...10.0

  private var logarithm = 0.0
  /// The factor for the acceleration noise.
  private(set) var factor = 1.0

  /// Adds the innovations of a filter that was updated in this frame and the one before.
  mutating func learn(from filter: KalmanFilter) {
    logarithm += Self.rate * (filter.x.persistence + filter.y.persistence - 2 * Self.target)
  }

  /// Applies the changes; called once per frame, so that the order of the tracks does not matter.
  mutating func settle() {
    logarithm = max(log(Self.range.lowerBound), min(log(Self.range.upperBound), logarithm))
    factor = exp(logarithm)
  }
}
