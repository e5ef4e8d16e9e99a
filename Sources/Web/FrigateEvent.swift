import EventStore
import Foundation
import Outputs

/// Events of the store as Frigate's HTTP interface has them.
enum FrigateEvent {
  /// An object: `/api/events`.
  static func json(_ event: StoredEvent) -> String {
    let score = JSONValue.number(event.score, places: 4)
    let object: JSONValue = [
      "id": .string(event.id), "label": .optional(event.label), "sub_label": .null, "camera": .string(event.camera),
      "start_time": .number(Double(event.start) / 1e3), "end_time": seconds(event.end), "false_positive": .null,
      "zones": .strings(event.zones), "thumbnail": "", "has_clip": .bool(event.clip != nil),
      "has_snapshot": .bool(event.snapshot != nil), "retain_indefinitely": .bool(event.isKept), "plus_id": .null,
      "top_score": score, "data": ["type": "object", "score": score, "top_score": score, "attributes": []],
    ]
    return object.text
  }

  /// A visit: `/api/review`.
  static func json(_ visit: VisitPage.Visit, severity: String) -> String {
    func distinct(_ names: [String]) -> JSONValue {
      .strings(names.reduce(into: []) { if !$0.contains($1) { $0.append($1) } })
    }
    let object: JSONValue = [
      "id": .string(visit.event.id), "camera": .string(visit.event.camera),
      "start_time": .number(Double(visit.event.start) / 1e3), "end_time": seconds(visit.event.end),
      "severity": .string(severity), "thumb_path": "", "has_been_reviewed": false,
      "data": [
        "detections": .strings(visit.objects.map(\.id)), "objects": distinct(visit.objects.compactMap(\.label)),
        "sub_labels": [], "zones": distinct(visit.objects.flatMap(\.zones)), "audio": [],
      ],
    ]
    return object.text
  }

  private static func seconds(_ text: String?) -> JSONValue {
    .number(text.flatMap { FootageTime.milliseconds($0) }.map { Double($0) / 1e3 }, places: 3)
  }
}

/// A query in Frigate's parameters; each condition can name several values.
struct FrigateQuery {
  private var cameras, labels, zones: [String?]
  private var base = EventQuery()
  private var limit: Int
  private var hasSnapshot: Bool?

  /// Reads the parameters of an address; unknown ones are ignored, as Frigate does.
  init(_ parameter: (String) -> String?) {
    func list(_ name: String, _ single: String) -> [String?] {
      let words = (parameter(name) ?? parameter(single) ?? "all").split(separator: ",").map(String.init)
      return words.isEmpty || words.contains("all") ? [nil] : words
    }
    func moment(_ name: String) -> Int64? {
      parameter(name).flatMap(Double.init).flatMap { (0...4e9).contains($0) ? Int64($0 * 1e3) : nil }
    }
    func truth(_ name: String) -> Bool? { parameter(name).map { $0 == "1" || $0 == "true" } }
    (cameras, labels, zones) = (list("cameras", "camera"), list("labels", "label"), list("zones", "zone"))
    (base.after, base.before) = (moment("after"), moment("before"))
    base.hasClip = truth("has_clip")
    base.isKept = truth("favorites").flatMap { $0 ? true : nil }
    hasSnapshot = truth("has_snapshot")
    limit = parameter("limit").flatMap { Int($0) }.map { min(max($0, 1), 1000) } ?? 100
  }

  private var queries: [EventQuery] {
    cameras.flatMap { camera in
      labels.flatMap { label in
        zones.map { zone in
          var query = base
          (query.camera, query.label, query.zone, query.limit) = (camera, label, zone, 1000)
          return query
        }
      }
    }
  }

  /// The objects that match, newest first.
  func objects(in database: EventDatabase) async throws(EventStoreError) -> [StoredEvent] {
    var found: [String: StoredEvent] = [:]
    for query in queries {
      for event in try await database.events(query).events where event.label != nil {
        if hasSnapshot.map({ $0 == (event.snapshot != nil) }) ?? true { found[event.id] = event }
      }
    }
    return Array(found.values.sorted { $0.id > $1.id }.prefix(limit))
  }

  /// The visits that match, newest first, each with `alert` or `detection`.
  func visits(
    in database: EventDatabase, severity: String?
  ) async throws(EventStoreError) -> [(visit: VisitPage.Visit, severity: String)] {
    var found: [String: VisitPage.Visit] = [:]
    for query in queries { for visit in try await database.visits(query).visits { found[visit.event.id] = visit } }
    let alerts = try database.alerts(among: Array(found.keys))
    let all = found.values.sorted { $0.event.id > $1.event.id }.map {
      (visit: $0, severity: alerts.contains($0.event.id) ? "alert" : "detection")
    }
    return Array(all.filter { severity == nil || $0.severity == severity }.prefix(limit))
  }
}
