import EventStore
import Foundation
import JSON
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
  private var query = EventQuery()
  private var limit: Int
  private var hasSnapshot: Bool?
  /// Most pages of the store that one answer looks through for what it cannot ask for.
  private static let mostPages = 20

  /// Reads the parameters of an address; unknown ones are ignored, as Frigate does.
  init(_ parameter: (String) -> String?) throws(EventStoreError) {
    for name in ["camera", "label", "zone"] {
      let words = (parameter(name + "s") ?? parameter(name) ?? "all").split(separator: ",").map(String.init)
      if !words.contains("all") { for word in words { try query.set(name, word) } }
    }
    func moment(_ name: String) -> Int64? {
      parameter(name).flatMap(Double.init).flatMap { (0...4e9).contains($0) ? Int64($0 * 1e3) : nil }
    }
    func truth(_ name: String) -> Bool? { parameter(name).map { $0 == "1" || $0 == "true" } }
    (query.after, query.before, query.limit) = (moment("after"), moment("before"), 1000)
    query.hasClip = truth("has_clip")
    query.isKept = truth("favorites").flatMap { $0 ? true : nil }
    hasSnapshot = truth("has_snapshot")
    limit = parameter("limit").flatMap { Int($0) }.map { min(max($0, 1), 1000) } ?? 100
  }

  /// The objects that match, newest first.
  func objects(in database: EventDatabase) async throws(EventStoreError) -> [StoredEvent] {
    var query = query, found: [StoredEvent] = []
    // A page may have visits only, or no images.
    for _ in 0..<Self.mostPages {
      let page = try await database.events(query)
      found += page.events.filter { event in
        event.label != nil && hasSnapshot.map { $0 == (event.snapshot != nil) } ?? true
      }
      guard found.count < limit, let next = page.next else { break }
      query.cursor = next
    }
    return Array(found.prefix(limit))
  }

  /// The visits that match, newest first, each with `alert` or `detection`.
  func visits(
    in database: EventDatabase, severity: String?
  ) async throws(EventStoreError) -> [(visit: VisitPage.Visit, severity: String)] {
    var query = query, found: [(visit: VisitPage.Visit, severity: String)] = []
    for _ in 0..<Self.mostPages {
      let page = try await database.visits(query)
      let alerts = try database.alerts(among: page.visits.map(\.event.id))
      let all = page.visits.map { (visit: $0, severity: alerts.contains($0.event.id) ? "alert" : "detection") }
      found += all.filter { severity == nil || $0.severity == severity }
      guard found.count < limit, let next = page.next else { break }
      query.cursor = next
    }
    return Array(found.prefix(limit))
  }
}
