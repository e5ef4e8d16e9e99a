import JSON
import Outputs
import Scene
import Settings

extension CameraSettings {
  /// Zones, lines and masks as in the configuration, points from 0 to 1, and the names of `classes`, on one line of JSON.
  func marks(classes: ClassCatalogue) -> String {
    let marks: JSONValue = [
      "zones": .array(zones.compactMap { zone in zone.area.map { zone.mark(of: $0) } }),
      "lines": .array(lines.compactMap(\.mark)), "object_masks": .array(objectMasks.map(\.json)),
      "motion_masks": .array(motionMasks.map(\.json)), "privacy_masks": .array(privacyMasks.map(\.json)),
      "classes": .strings(classes.names),
    ]
    return marks.text
  }
}

extension ZoneSettings {
  fileprivate func mark(of area: Polygon) -> JSONValue {
    var mark: JSONValue = ["name": .string(name), "points": area.json]
    if let classes { mark.add("objects", classes) }
    if let after = loiter["all"], loiter.count == 1 {
      mark.add("loiter", after, places: 3)
    } else if !loiter.isEmpty {
      let times = loiter.sorted { $0.key < $1.key }.map { (key: $0.key, value: JSONValue.number($0.value, places: 3)) }
      mark.add("loiter", value: .object(times))
    }
    if isLoiterSummed { mark.add("loiter_sum", value: .bool(true)) }
    if let lengths = speed.lengths {
      mark.add("metres", lengths.map { Float($0) }, places: 2)
      mark.add("speed_unit", speed.unit.rawValue)
    }
    if !otherKeys.isEmpty { mark.add("other_keys", otherKeys) }
    return mark
  }
}

extension LineSettings {
  fileprivate var mark: JSONValue? {
    guard let a, let b else { return nil }
    var mark: JSONValue = ["name": .string(name), "a": a.json, "b": b.json]
    if let directions { mark.add("directions", directions) }
    if let classes { mark.add("objects", classes) }
    if !otherKeys.isEmpty { mark.add("other_keys", otherKeys) }
    return mark
  }
}

extension Polygon {
  fileprivate var json: JSONValue { .array(corners.map(\.json)) }
}

extension Polygon.Corner {
  fileprivate var json: JSONValue { .numbers([x, y], places: 4) }
}
