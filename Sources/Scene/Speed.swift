/// How fast an object is on the ground, with the unit in which it is reported.
package struct Speed: Hashable, Sendable, Codable {
  /// A unit of speed.
  package enum Unit: String, CaseIterable, Hashable, Sendable, Codable {
    /// Kilometres per hour.
    case kilometresPerHour = "km/h"
    /// Miles per hour.
    case milesPerHour = "mph"
    /// Metres per second.
    case metresPerSecond = "m/s"

    /// A metre per second in this unit.
    var factor: Double {
      switch self {
      case .kilometresPerHour: 3.6
      case .milesPerHour: 3600 / 1609.344
      case .metresPerSecond: 1
      }
    }
  }

  /// In metres per second.
  package var metresPerSecond: Double
  /// In which it is reported.
  package var unit: Unit

  /// A speed of `metresPerSecond`, reported in `unit`.
  package init(metresPerSecond: Double, unit: Unit) {
    self.metresPerSecond = metresPerSecond
    self.unit = unit
  }

  /// The number in `unit`.
  package var value: Double { metresPerSecond * unit.factor }
}

/// How fast an object was during its stay in a zone, as far as it moved.
package struct StaySpeed: Hashable, Sendable, Codable {
  /// The mean over time.
  package var mean: Speed
  /// The highest of about a second.
  package var top: Speed

  /// A stay with these speeds.
  package init(mean: Speed, top: Speed) {
    self.mean = mean
    self.top = top
  }
}
