internal import Scene

/// Position, size and velocities of a box.
struct KalmanFilter: Sendable {
  /// Standard deviation of a detected box centre, in heights. Measured at 0.03 to 0.07 on recorded detections, whose
  /// errors are correlated over several frames.
  static let positionNoise = 0.1
  /// Variance of a measured size relative to that of a centre.
  static let sizeNoiseRatio = 2.0
  /// Standard deviation of the unknown velocity of a new object, in heights per second.
  static let initialSpeed = 2.0
  /// Ratios of size velocity and size acceleration noise to those of the centre.
  static let sizeSpeedRatio = 0.3
  static let sizeAccelerationRatio = 0.1
  /// Spectral density of the acceleration, in square heights per cubic second, before `Restlessness` tunes it.
  static let acceleration = 1.0
  /// Standard deviations by which a measurement can be off before the covariance is raised.
  static let gate = 1.5

  var x: KalmanAxis
  var y: KalmanAxis
  var width: KalmanAxis
  var height: KalmanAxis

  /// Initialises the filter with the first detection.
  init(_ box: Box) {
    let scale = Double(box.height)
    let variance = 2 * Self.variance(of: box)
    let speed = Self.initialSpeed * scale
    let sizeSpeed = Self.sizeSpeedRatio * speed
    let sizeVariance = variance * Self.sizeNoiseRatio
    x = KalmanAxis(position: Double(box.centreX), variance: variance, speedVariance: speed * speed)
    y = KalmanAxis(position: Double(box.centreY), variance: variance, speedVariance: speed * speed)
    width = KalmanAxis(position: Double(box.width), variance: sizeVariance, speedVariance: sizeSpeed * sizeSpeed)
    height = KalmanAxis(position: scale, variance: sizeVariance, speedVariance: sizeSpeed * sizeSpeed)
  }

  /// The predicted box.
  var box: Box {
    Box(
      centreX: Float(x.position), centreY: Float(y.position), width: Float(max(1, width.position)),
      height: Float(max(1, height.position)))
  }

  /// Predicts `seconds` ahead; `restlessness` scales the acceleration noise, `scale` is the object's height in
  /// pixels.
  mutating func predict(seconds: Double, restlessness: Double, scale: Double) {
    let noise = Self.acceleration * restlessness * scale * scale
    x.predict(seconds: seconds, noise: noise)
    y.predict(seconds: seconds, noise: noise)
    width.predict(seconds: seconds, noise: noise * Self.sizeAccelerationRatio)
    height.predict(seconds: seconds, noise: noise * Self.sizeAccelerationRatio)
  }

  /// Updates the filter with a detected box; without `showsSize` only its place counts.
  mutating func update(_ box: Box, showsSize: Bool = true) {
    let variance = Self.variance(of: box)
    let sizeVariance = variance * Self.sizeNoiseRatio
    x.update(measured: Double(box.centreX), variance: variance, gate: Self.gate)
    y.update(measured: Double(box.centreY), variance: variance, gate: Self.gate)
    guard showsSize else { return }
    width.update(measured: Double(box.width), variance: sizeVariance, gate: Self.gate)
    height.update(measured: Double(box.height), variance: sizeVariance, gate: Self.gate)
  }

  /// Sets the size velocity to zero, for an object out of sight whose size would drift.
  mutating func holdSize() {
    width.speed = 0
    height.speed = 0
  }

  /// Variance of a measured centre, in square pixels.
  private static func variance(of box: Box) -> Double {
    let deviation = positionNoise * max(1, Double(box.height))
    return deviation * deviation
  }
}
