package import Scene

/// A zone or line that is drawn on frames with its name and current figures.
package struct SceneMark: Hashable, Sendable {
  /// The kind of mark with its position.
  package enum Shape: Hashable, Sendable {
    /// An area.
    case zone(Polygon)
    /// A line between two points; `inward` and `outward` are the names of its directions.
    case line(from: Polygon.Corner, to: Polygon.Corner, inward: String, outward: String)
  }

  /// Its name in events.
  package var name: String
  /// Its shape.
  package var shape: Shape

  /// The mark `name`.
  package init(_ name: String, _ shape: Shape) {
    self.name = name
    self.shape = shape
  }
}

/// The figures shown next to marks: number of objects in a zone, crossings of a line. Updated from events.
package struct MarkFigures: Hashable, Sendable {
  private var occupants: [String: Set<Int>] = [:]
  private var crossings: [String: [String: Int]] = [:]

  /// All figures zero.
  package init() {}

  /// Updates the figures with an event.
  package mutating func note(_ event: SceneEvent) {
    guard let object = event.object else { return }
    switch event.kind {
    case .line(let line, let direction, let count): crossings[line, default: [:]][direction] = count
    case .end: for zone in occupants.keys { occupants[zone]?.remove(object.identity) }
    default:
      // Every event has the zones of its object, including those it entered before its start was reported.
      for zone in occupants.keys where !object.zones.contains(zone) { occupants[zone]?.remove(object.identity) }
      for zone in object.zones { occupants[zone, default: []].insert(object.identity) }
    }
  }

  /// `yard 3`, or `gate in 4 out 2`.
  func text(_ mark: SceneMark) -> String {
    switch mark.shape {
    case .zone: return "\(mark.name) \(occupants[mark.name]?.count ?? 0)"
    case .line(_, _, let inward, let outward):
      let counts = crossings[mark.name] ?? [:]
      return "\(mark.name) \(inward) \(counts[inward] ?? 0) \(outward) \(counts[outward] ?? 0)"
    }
  }
}
