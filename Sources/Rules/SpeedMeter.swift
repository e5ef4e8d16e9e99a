package import Scene

/// How the speed of objects in a zone is measured.
package struct SpeedMeasure: Hashable, Sendable {
  /// Where the zone is on the ground.
  package var ground: GroundPlane
  /// The unit of speeds in events.
  package var unit: Speed.Unit

  /// Speeds on `ground`, reported in `unit`.
  package init(_ ground: GroundPlane, unit: Speed.Unit = .kilometresPerHour) {
    self.ground = ground
    self.unit = unit
  }
}

/// Measures how fast one object is on the ground during one stay in a zone.
///
/// Along each axis the speed is the median of the slopes between all pairs of positions of the last second (Theil 1950,
/// Sen 1968): trembling boxes average out, and up to a quarter of wrong ones does not matter.
struct SpeedMeter: Hashable, Sendable, Codable {
  private struct Sighting: Hashable, Sendable, Codable {
    var time, x, y: Double
  }

  /// Seconds whose positions count, at least so far apart.
  private static let window = 1.0, interval = 0.03
  /// Fewest positions, and fewest seconds from the first to the last, of a speed.
  private static let fewest = 3, shortest = 0.3

  private var recent: [Sighting] = []
  /// The sum of speed times seconds, and the seconds.
  private var distance = 0.0
  private var seconds = 0.0
  private var highest = 0.0
  /// The speed of the last second, in metres per second; `nil` until enough was seen.
  private(set) var speed: Double?

  /// Mean and highest speed so far, in metres per second; `nil` if it was never measured.
  var stay: (mean: Double, top: Double)? { seconds > 0 ? (distance / seconds, highest) : nil }

  /// Adds a position on the ground in metres.
  mutating func observe(_ position: GroundPlane.Point, at now: Double) {
    let before = recent.last?.time
    if let before, now - before < Self.interval - timeTolerance { return }
    recent.append(Sighting(time: now, x: position.x, y: position.y))
    recent.removeAll { now - $0.time > Self.window + timeTolerance }
    let span = now - recent[0].time
    guard recent.count >= Self.fewest, span >= Self.shortest - timeTolerance else {
      speed = nil
      return
    }
    let x = slope(recent.map(\.x)), y = slope(recent.map(\.y))
    let fresh = (x * x + y * y).squareRoot()
    // The first speed is that of all its positions; later ones are added for the time since the one before.
    let weight = speed == nil ? span : now - (before ?? now)
    distance += fresh * weight
    seconds += weight
    highest = max(highest, fresh)
    speed = fresh
  }

  /// The object has stopped: it is at rest until it moves, and that time is not part of its speed.
  mutating func rest() {
    recent = []
    speed = 0
  }

  /// The median of the slopes between all pairs of `places`, the positions along one axis.
  private func slope(_ places: [Double]) -> Double {
    var slopes: [Double] = []
    slopes.reserveCapacity(places.count * (places.count - 1) / 2)
    for late in places.indices {
      for early in 0..<late {
        slopes.append((places[late] - places[early]) / (recent[late].time - recent[early].time))
      }
    }
    slopes.sort()
    return (slopes[(slopes.count - 1) / 2] + slopes[slopes.count / 2]) / 2
  }
}
