/// A Kalman filter of one coordinate with nearly constant velocity.
///
/// With equal noise for all coordinates the usual eight-dimensional box filter separates exactly into four of these;
/// each has a symmetric 2×2 covariance matrix.
struct KalmanAxis: Sendable {
  /// Estimate, in pixels and pixels per second.
  var position: Double
  var speed = 0.0
  /// Covariance of position and speed.
  var positionVariance: Double
  var covariance = 0.0
  var speedVariance: Double
  /// Last difference between measurement and prediction (innovation), in expected standard deviations.
  private(set) var surprise = 0.0
  /// Product of the last two innovations: positive on average if the filter lags, negative if it overshoots.
  private(set) var persistence = 0.0

  /// A coordinate first measured at `position`, with unknown velocity.
  init(position: Double, variance: Double, speedVariance: Double) {
    self.position = position
    positionVariance = variance
    self.speedVariance = speedVariance
  }

  /// Predicts `seconds` ahead under white acceleration noise of spectral density `noise` (square pixels per cubic
  /// second).
  mutating func predict(seconds: Double, noise: Double) {
    position += speed * seconds
    positionVariance += seconds * (2 * covariance + seconds * (speedVariance + noise * seconds / 3))
    covariance += seconds * (speedVariance + noise * seconds / 2)
    speedVariance += noise * seconds
  }

  /// Updates the filter with a measurement of the given variance.
  ///
  /// A measurement more than `gate` standard deviations away shows that the covariance is too small: it is raised
  /// first until the measurement is at the gate.
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
