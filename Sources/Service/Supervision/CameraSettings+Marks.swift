import Outputs
import Scene
import Settings

extension CameraSettings {
  /// Zones, lines and masks as in the configuration, points from 0 to 1, and the names of `classes`, on one line of JSON.
  func marks(classes: ClassCatalogue) -> String {
    var marks = JSONObject()
    marks.add("zones", json: Self.list(zones.compactMap { zone in zone.area.map { zone.mark(of: $0) } }))
    marks.add("lines", json: Self.list(lines.compactMap(\.mark)))
    marks.add("object_masks", json: Self.list(objectMasks.map(\.json)))
    marks.add("privacy_masks", json: Self.list(privacyMasks.map(\.json)))
    marks.add("classes", classes.names)
    return marks.json
  }

  private static func list(_ items: [String]) -> String { "[\(items.joined(separator: ","))]" }
}

extension ZoneSettings {
  fileprivate func mark(of area: Polygon) -> String {
    var mark = JSONObject()
    mark.add("name", name)
    mark.add("points", json: area.json)
    if let classes { mark.add("objects", classes) }
    if let loiter { mark.add("loiter", loiter, places: 3) }
    if let lengths = speed.lengths {
      mark.add("metres", lengths.map { Float($0) }, places: 2)
      mark.add("speed_unit", speed.unit.rawValue)
    }
    return mark.json
  }
}

extension LineSettings {
  fileprivate var mark: String? {
    guard let a, let b else { return nil }
    var mark = JSONObject()
    mark.add("name", name)
    mark.add("a", json: a.json)
    mark.add("b", json: b.json)
    if let directions { mark.add("directions", directions) }
    if let classes { mark.add("objects", classes) }
    return mark.json
  }
}

extension Polygon {
  fileprivate var json: String { "[\(corners.map(\.json).joined(separator: ","))]" }
}

extension Polygon.Corner {
  fileprivate var json: String { "[\(x.json(places: 4)),\(y.json(places: 4))]" }
}
