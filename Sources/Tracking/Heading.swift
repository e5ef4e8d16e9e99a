internal import Scene

/// The direction of an object's motion, from observed positions rather than from the filter, which lags in curves
/// (observation-centric momentum: Cao et al., "Observation-Centric SORT", 2023).
struct Heading: Sendable {
  /// Least time between the two positions, in seconds.
  static let span = 0.3
  /// Shortest displacement with a defined direction, in heights of the object.
  static let shortestWay: Float = 0.05

  private var older: Box
  private var newer: Box
  private var newerTime: Double
  private var last: Box

  init(_ box: Box, at seconds: Double) {
    older = box
    newer = box
    last = box
    newerTime = seconds
  }

  mutating func see(_ box: Box, at seconds: Double) {
    last = box
    if seconds - newerTime >= Self.span - 1e-6 {
      older = newer
      newer = box
      newerTime = seconds
    }
  }

  /// Cosine of the angle between the motion so far and the motion to `box`, -1...1; 0 if either is too short.
  func agreement(with box: Box) -> Double {
    let pastX = last.centreX - older.centreX
    let pastY = last.centreY - older.centreY
    let nextX = box.centreX - last.centreX
    let nextY = box.centreY - last.centreY
    let shortest = Self.shortestWay * last.height
    let past = (pastX * pastX + pastY * pastY).squareRoot()
    let next = (nextX * nextX + nextY * nextY).squareRoot()
    guard past > shortest, next > shortest else { return 0 }
    return Double((pastX * nextX + pastY * nextY) / (past * next))
  }
}
