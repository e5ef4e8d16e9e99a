import Foundation
import JSON
import Outputs

/// Turns events into Frigate's: what was known of an object, or of a review, before and after.
struct FrigateEvents: Sendable {
  /// An event in Frigate's words.
  struct Message: Sendable {
    /// `events` or `reviews`.
    let topic: String
    let payload: JSONValue
    /// Class of the object; `nil` for a review.
    let label: String?
    /// What the review status of the camera is now, if this changes it.
    let reviewStatus: String?
  }

  /// Objects and reviews that are remembered; those that never end are forgotten, the oldest first.
  private static let limit = 1000

  private var known: [String: JSONValue] = [:]
  private var order: [String] = []
  /// Severities of the reviews that go on, by camera.
  private var reviews: [String: [String: String]] = [:]

  /// What `event` is in Frigate's words; `nil` for one that is about no object and no visit.
  mutating func translate(_ event: PublishedEvent) -> Message? {
    guard let line = try? JSONDecoder().decode(FrigateLine.self, from: Data(event.json.utf8)) else { return nil }
    if line.type == "visit" { return review(line) }
    guard line.label != nil else { return nil }
    let type = ["start": "new", "end": "end"][line.type] ?? "update"
    return Message(topic: "events", payload: change(type, line.object, of: line), label: line.label, reviewStatus: nil)
  }

  private mutating func review(_ line: FrigateLine) -> Message {
    let isOver = line.phase == "end"
    reviews[line.camera, default: [:]][line.id] = isOver ? nil : line.severity?.uppercased()
    return Message(
      topic: "reviews", payload: change(line.phase ?? "update", line.review, of: line), label: nil,
      reviewStatus: reviewStatus(of: line.camera))
  }

  /// The most severe of the reviews that go on at `camera`.
  func reviewStatus(of camera: String) -> String {
    let severities = Set(reviews[camera, default: [:]].values)
    return severities.contains("ALERT") ? "ALERT" : severities.isEmpty ? "NONE" : "DETECTION"
  }

  /// The change of `type` (`new`, `update` or `end`), whatever is known: after a lost connection an event may come again.
  private mutating func change(_ type: String, _ after: JSONValue, of line: FrigateLine) -> JSONValue {
    let before = known[line.id]
    if type == "end" {
      known[line.id] = nil
      order.removeAll { $0 == line.id }
    } else {
      if before == nil { order.append(line.id) }
      known[line.id] = after
      if order.count > Self.limit {
        let oldest = order.removeFirst()
        known[oldest] = nil
        for camera in reviews.keys { reviews[camera]?[oldest] = nil }
      }
    }
    return ["type": .string(type), "before": type == "new" ? after : before ?? after, "after": after]
  }
}

/// What Frigate's form needs of an event.
struct FrigateLine: Decodable, Sendable {
  let id, type, camera, ts: String
  let label: String?
  let score: Double?
  let topScore: Double?
  let box: [Double]?
  let zones, entered: [String]?
  let stationary: Bool?
  let positionChanges: Int?
  let start, end: String?
  let snapshot, clip: String?
  let severity, phase: String?
  let labels, objects: [String]?

  private enum CodingKeys: String, CodingKey {
    case id, type, camera, ts, label, score, box, zones, entered, stationary, start, end, snapshot, clip, severity
    case phase, labels, objects
    case topScore = "top_score"
    case positionChanges = "position_changes"
  }

  /// Seconds since 1970.
  private static func seconds(_ text: String?) -> JSONValue {
    .number(text.flatMap { FootageTime.milliseconds($0) }.map { Double($0) / 1e3 }, places: 3)
  }

  private var boxes: (corners: JSONValue, area: JSONValue, ratio: JSONValue) {
    // Lines that a collector received from another machine can hold any number.
    let corners = (box ?? []).map { Int(min(max($0.rounded(), -1e6), 1e6)) }
    guard corners.count == 4 else { return ([], .integer(0), .integer(0)) }
    let (width, height) = (max(0, corners[2] - corners[0]), max(0, corners[3] - corners[1]))
    return (
      .array(corners.map(JSONValue.integer)), .integer(width * height), .number(Double(width) / Double(max(1, height)))
    )
  }

  /// The object as Frigate's events have it.
  var object: JSONValue {
    let (corners, area, ratio) = boxes
    let score = JSONValue.number(score ?? 0), time = Self.seconds(ts)
    let shown: JSONValue = [
      "frame_time": time, "box": corners, "area": area, "region": corners, "score": score, "attributes": [],
    ]
    return [
      "id": .string(id), "camera": .string(camera), "frame_time": time, "snapshot_time": time,
      "snapshot": snapshot == nil ? .null : shown,
      "label": .string(label ?? ""), "sub_label": .null, "top_score": .number(topScore ?? 0), "false_positive": false,
      "start_time": Self.seconds(start ?? ts), "end_time": Self.seconds(end), "score": score, "box": corners,
      "area": area, "ratio": ratio, "region": corners, "active": .bool(!(stationary ?? false)),
      "stationary": .bool(stationary ?? false), "motionless_count": .integer(0),
      "position_changes": .integer(positionChanges ?? 0),
      "current_zones": .strings(zones ?? []),
      "entered_zones": .strings(entered ?? []), "has_clip": .bool(clip != nil),
      "has_snapshot": .bool(snapshot != nil), "attributes": [:], "current_attributes": [], "pending_loitering": false,
    ]
  }

  /// The visit as Frigate's reviews have it.
  var review: JSONValue {
    let data: JSONValue = [
      "detections": .strings(objects ?? []),
      "objects": .strings(labels ?? []),
      "sub_labels": [], "zones": .strings(zones ?? []), "audio": [],
    ]
    return [
      "id": .string(id), "camera": .string(camera), "start_time": Self.seconds(start ?? ts),
      "end_time": Self.seconds(end), "severity": .string(severity ?? "detection"), "thumb_path": "", "data": data,
    ]
  }
}
