/// A Kalman filter of one coordinate that moves at a nearly constant speed.
///
/// With a noise that is the same for all coordinates, the usual eight-dimensional box filter falls apart into four of
/// these, exactly; the covariance of each is a symmetric two by two matrix.
struct KalmanAxis: Sendable {
  /// Estimate, in pixels and pixels per second.
  var position: Double
  var speed = 0.0
  /// Covariance of position and speed.
  var positionVariance: Double
  var covariance = 0.0
  var speedVariance: Double
  /// Last difference between measurement and prediction, in its expected standard deviations.
  private(set) var surprise = 0.0
  /// Product of the last two surprises: above zero on average when the filter lags, below when it overshoots.
  private(set) var persistence = 0.0

  /// A coordinate first seen at `position`, moving at an unknown speed.
  init(position: Double, variance: Double, speedVariance: Double) {
    self.position = position
    positionVariance = variance
    self.speedVariance = speedVariance
  }

  /// Moves on by `seconds` under white acceleration of spectral density `noise` (square pixels per cubic second).
  mutating func predict(seconds: Double, noise: Double) {
    position += speed * seconds
    positionVariance += seconds * (2 * covariance + seconds * (speedVariance + noise * seconds / 3))
    covariance += seconds * (speedVariance + noise * seconds / 2)
    speedVariance += noise * seconds
  }

  /// Takes in a measurement with the given variance.
  ///
  /// A measurement further off than `gate` standard deviations says that the filter is too sure of itself: its
  /// covariance is first raised until the measurement lies at the gate.
  mutating func update(measured: Double, variance: Double, gate: Double) {
    let difference = measured - position
    let normalised = difference / (positionVariance + variance).squareRoot()
    persistence = max(-4, min(4, normalised * surprise))
    surprise = max(-3, min(3, normalised))
    let needed = (difference * difference / (gate * gate) - variance) / positionVariance
    if needed > 1 {
      positionVariance *= needed
      covariance *= needed
      speedVariance *= needed
    }
    let total = positionVariance + variance
    let positionGain = positionVariance / total
    let speedGain = covariance / total
    position += positionGain * difference
    speed += speedGain * difference
    speedVariance -= speedGain * covariance
    covariance -= positionGain * covariance
    positionVariance -= positionGain * positionVariance
  }
}
