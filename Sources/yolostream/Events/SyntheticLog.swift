#if Full
import Foundation
import JSON
import Outputs

/// A reproducible log of a year of synthetic events of ten cameras: the first has half of all, the last hardly any.
enum SyntheticLog {
  /// 2026-01-01, and a year, in milliseconds.
  static let start: Int64 = 1_767_225_600_000
  static let span: Int64 = 365 * 86_400_000
  static let labels = ["person", "car", "dog", "bicycle", "truck", "bear"]

  /// A random camera, weighted by its number of events.
  static func camera(_ random: inout SeededNumbers) -> String {
    var number = 0
    while number < 9, Bool.random(using: &random) { number += 1 }
    return "camera\(number)"
  }

  /// Writes `lines` lines: objects that start, pass a zone, sometimes cross a line or loiter, and end; one in five is the first of
  /// a visit of up to eight.
  static func write(lines: Int, to path: String) throws {
    var file = try LineFile(path: path)
    var random = SeededNumbers(state: 7)
    var text = ""
    var count = 0
    // About 3.6 lines per event.
    let step = span / Int64(max(1, lines / 3))
    var moment = start
    var sequence = 0
    var ids: [(camera: String, id: String)] = []
    while count < lines {
      moment += Int64.random(in: 1...(2 * step), using: &random)
      let name = camera(&random)
      let id = SortableIdentifier(
        milliseconds: moment, tail: .random(in: UInt64.min...UInt64.max, using: &random)
      ).description
      let share = Double.random(in: 0..<1, using: &random)
      // Squared, so that later classes are rare.
      let label = labels[min(labels.count - 1, Int(share * share * share * Double(labels.count)))]
      let zone = "zone\(Int.random(in: 0..<6, using: &random))"
      let score = Double.random(in: 0.3..<0.95, using: &random)
      let end = moment + Int64.random(in: 1000..<120_000, using: &random)
      var types = ["start", "zone_enter", "end"]
      if Int.random(in: 0..<10, using: &random) == 0 { types.insert("line", at: 2) }
      if Int.random(in: 0..<200, using: &random) == 0 { types.insert("loiter", at: 2) }
      let hasClip = Int.random(in: 0..<3, using: &random) == 0
      if Int.random(in: 0..<2000, using: &random) == 0 { types.append("keep") }
      ids.append((name, id))
      if ids.count > 100 { ids.removeFirst(50) }
      for type in types.prefix(lines - count) {
        let at = type == "start" ? moment : type == "end" ? end : (moment + end) / 2
        let isIn = type != "start"
        var line: JSONValue = [
          "v": .integer(2), "id": .string(id), "type": .string(type), "camera": .string(name),
          "seq": .integer(sequence),
          "ts": .string(EventClock.text(at)), "pts": .integer(Int(at - start)),
          "frame": .integer(Int((at - start) / 200)), "ts_src": "rtcp", "label": .string(label),
          "class_id": .integer(0), "score": .number(score, places: 4), "top_score": .number(score, places: 4),
          "box": .raw("[253.1,219.9,283.3,309.1]"), "box_norm": .raw("[0.33,0.38,0.37,0.53]"),
          "track": .integer(count),
        ]
        if type == "zone_enter" || type == "loiter" { line.add("zone", zone) }
        line.add("zones", isIn ? [zone] : [])
        line.add("entered", isIn ? [zone] : [])
        line.add("stationary", false)
        line.add("active", true)
        line.add("position_changes", 0)
        line.add("start", EventClock.text(moment))
        line.add("end", type == "end" ? EventClock.text(end) : nil)
        if type == "end" {
          line.add("snapshot", "media/\(id).jpg")
          line.add("clip", hasClip ? "media/\(id).mp4" : nil)
        }
        text += line.text + "\n"
        sequence += 1
        count += 1
      }
      if count < lines, Int.random(in: 0..<5, using: &random) == 0 {
        let members = ids.filter { $0.camera == name }.suffix(Int.random(in: 1...8, using: &random)).map(\.id)
        text += visit(of: name, members, label: label, at: moment, end, sequence, &random).text + "\n"
        sequence += 1
        count += 1
      }
      if text.utf8.count > 1 << 20 {
        try file.append(text)
        text = ""
      }
    }
    try file.append(text)
  }

  private static func visit(
    of camera: String, _ objects: [String], label: String, at start: Int64, _ end: Int64, _ sequence: Int,
    _ random: inout SeededNumbers
  ) -> JSONValue {
    let id = SortableIdentifier(milliseconds: start, tail: .random(in: UInt64.min...UInt64.max, using: &random))
    return [
      "v": .integer(2), "id": .string(id.description), "type": "visit", "camera": .string(camera),
      "seq": .integer(sequence), "ts": .string(EventClock.text(end)), "phase": "end", "severity": "alert",
      "labels": .strings([label]), "zones": .array([]), "objects": .strings(objects),
      "start": .string(EventClock.text(start)), "end": .string(EventClock.text(end)),
    ]
  }
}
#endif
