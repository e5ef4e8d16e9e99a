import Foundation
import GRDB
import Outputs

extension EventDatabase {
  /// The events that `query` asks for, the newest first. Throws `inputOutput` or `damaged`.
  package func events(_ query: EventQuery) async throws(EventStoreError) -> EventPage {
    try await reading { try EventPage.fetch(query, in: $0) }
  }

  /// The event `id`; `nil` if there is none.
  package func find(_ id: String) async throws(EventStoreError) -> StoredEvent? {
    try await reading { try StoredEvent.fetch([id], in: $0).first }
  }

  /// The event `id` with its latest lines, at most `limit`, in the order of the log; `nil` if there is none. An object that is
  /// reported every second has a hundred thousand lines a day.
  package func event(
    _ id: String, limit: Int = 10_000
  ) async throws(EventStoreError) -> (event: StoredEvent, lines: [String])? {
    try await reading { db in
      guard let event = try StoredEvent.fetch([id], in: db).first else { return nil }
      let lines = try String.fetchAll(
        db, sql: "SELECT text FROM line WHERE event = ? ORDER BY number DESC LIMIT ?", arguments: [id, limit])
      return (event, lines.reversed())
    }
  }

  /// Calls `body` with all lines of the event `id`, one by one, in the order of the log.
  package func eachLine(
    of id: String, _ body: @escaping @Sendable (String) -> Void
  ) async throws(EventStoreError) {
    try await reading { db in
      let lines = try String.fetchCursor(
        db, sql: "SELECT text FROM line WHERE event = ? ORDER BY number", arguments: [id])
      while let line = try lines.next() { body(line) }
    }
  }

  /// Lines of the log that came after the one with `number`, at most `limit`, oldest first.
  package func lines(after number: Int64, limit: Int = 1000) async throws(EventStoreError) -> [(
    number: Int64, text: String
  )] {
    try await reading { db in
      try Row.fetchAll(
        db, sql: "SELECT number, text FROM line WHERE number > ? ORDER BY number LIMIT ?", arguments: [number, limit]
      ).map { ($0[0], $0[1]) }
    }
  }

  /// The number of the line that is `count` lines before the end.
  package func number(linesBeforeEnd count: Int) async throws(EventStoreError) -> Int64 {
    try await reading { db in
      try Int64.fetchOne(
        db, sql: "SELECT number FROM line ORDER BY number DESC LIMIT 1 OFFSET ?", arguments: [count]) ?? 0
    }
  }

  /// How many lines and events there are.
  package func size() async throws(EventStoreError) -> (lines: Int, events: Int) {
    try await reading { db in
      (
        try Int.fetchOne(db, sql: "SELECT count(*) FROM line") ?? 0,
        try Int.fetchOne(db, sql: "SELECT count(*) FROM event") ?? 0
      )
    }
  }
}

extension EventDatabase {
  /// The visits that `query` asks for, the newest first, each with its objects, or without. Throws `inputOutput` or `damaged`.
  package func visits(_ query: EventQuery, withObjects: Bool = true) async throws(EventStoreError) -> VisitPage {
    var query = query
    query.types = [EventLine.visitType]
    return try await reading { [query] db in
      let page = try EventPage.fetch(query, in: db)
      let visits = try page.events.map { event in
        VisitPage.Visit(event: event, objects: withObjects ? try StoredEvent.fetch(event.objects, in: db) : [])
      }
      return VisitPage(visits: visits, next: page.next)
    }
  }

  /// The events `ids` that there are, in this order.
  package func events(_ ids: [String]) async throws(EventStoreError) -> [StoredEvent] {
    try await reading { try StoredEvent.fetch(ids, in: $0) }
  }
}

/// One answer to a query for visits.
package struct VisitPage: Sendable {
  /// A visit and the objects it is made of.
  package struct Visit: Sendable {
    /// The visit itself.
    package let event: StoredEvent
    /// Its objects, as far as they are in the store.
    package let objects: [StoredEvent]
  }

  /// The newest first.
  package let visits: [Visit]
  /// The cursor of the next page; `nil` if this is the last.
  package let next: String?
}

/// One answer to a query.
package struct EventPage: Sendable {
  /// The newest first.
  package let events: [StoredEvent]
  /// The cursor of the next page; `nil` if this is the last.
  package let next: String?

  static func fetch(_ query: EventQuery, in db: Database) throws -> EventPage {
    var found: [String] = []
    let choices = query.choices
    for choice in choices {
      guard let plan = try EventPlan(query, choice, in: db) else { continue }
      found += try String.fetchAll(db.cachedStatement(sql: plan.sql), arguments: plan.arguments)
    }
    // The newest of each: an event may be in several.
    if choices.count > 1 { found = Set(found).sorted(by: >) }
    let page = Array(found.prefix(query.limit))
    return EventPage(
      events: try StoredEvent.fetch(page, in: db), next: found.count > query.limit ? page.last : nil)
  }
}

/// How one choice of a query is answered: along the shortest list that has all its answers.
///
/// SQLite's planner knows average lengths only (Debian builds it without `STAT4`), but one camera may have most events and
/// another almost none. The tallies know.
struct EventPlan {
  private(set) var sql = ""
  private(set) var arguments: StatementArguments = []

  /// Longer ranges of scores or of the day are walked by time instead: their events are frequent enough to be met soon.
  private static let longestRange = 20_000

  fileprivate enum Path {
    case time
    case tag(EventTag)
    case score
    case minute
  }

  /// `nil` if there cannot be an answer.
  init?(_ query: EventQuery, _ choice: EventQuery.Choice, in db: Database) throws {
    var tags = choice.tags
    if query.hasClip == true { tags.append(.clip) }
    if query.isKept == true { tags.append(.kept) }
    var length = Int.max
    var path = Path.time
    for tag in tags {
      let count =
        try Int.fetchOne(
          db.cachedStatement(sql: "SELECT count FROM tally WHERE tag = ?"), arguments: [tag.text]) ?? 0
      if count < length { (length, path) = (count, .tag(tag)) }
    }
    guard length > 0 else { return nil }
    var conditions: [String] = []
    var values: StatementArguments = []
    for range in query.ranges {
      conditions.append("(" + range.parts.map(\.condition).joined(separator: " OR ") + ")")
      // Parts one by one: SQLite would collect all of both before it counts.
      var count = 0
      for part in range.parts {
        values += [part.value]
        let probe =
          "SELECT count(*) FROM (SELECT 1 FROM event e WHERE \(part.condition) LIMIT ?)"
        // A range that is longer than a list which is known is of no use.
        let most = min(length, Self.longestRange) + 1
        count += try Int.fetchOne(db.cachedStatement(sql: probe), arguments: [part.value, most]) ?? 0
      }
      if count <= Self.longestRange, count < length { (length, path) = (count, range.path) }
    }
    guard length > 0 else { return nil }
    if query.hasClip == false { conditions.append("e.clip IS NULL") }
    if query.isKept == false { conditions.append("e.kept = 0") }

    let needsRow = !conditions.isEmpty
    var id = "e.id"
    var from = "event e"
    var begin: StatementArguments = []
    switch path {
    case .time: break
    case .tag(let tag):
      tags.removeAll { $0 == tag }
      id = "t.event"
      from = needsRow ? "tag t CROSS JOIN event e ON e.id = t.event" : "tag t"
      conditions.insert("t.tag = ?", at: 0)
      begin = [tag.text]
    case .score: from = "event e INDEXED BY event_score"
    case .minute: from = "event e INDEXED BY event_minute"
    }
    for tag in tags {
      conditions.append("EXISTS (SELECT 1 FROM tag x WHERE x.tag = ? AND x.event = \(id))")
      values += [tag.text]
    }
    if let after = query.after {
      conditions.append("\(id) >= ?")
      values += [EventIdentifier.least(at: after)]
    }
    if let end = [query.before.map(EventIdentifier.least), query.cursor].compactMap(\.self).min() {
      conditions.append("\(id) < ?")
      values += [end]
    }
    let filter = conditions.isEmpty ? "" : " WHERE " + conditions.joined(separator: " AND ")
    sql = "SELECT \(id) FROM \(from)\(filter) ORDER BY \(id) DESC LIMIT ?"
    arguments = begin + values + [query.limit + 1]
  }
}

extension EventQuery {
  /// One value of each condition that may have several.
  struct Choice {
    let camera, label, zone, type: String?
  }

  /// All choices: an event that has one of them is an answer.
  var choices: [Choice] {
    func values(_ names: [String]) -> [String?] { names.isEmpty ? [nil] : names }
    return values(cameras).flatMap { camera in
      values(labels).flatMap { label in
        values(zones).flatMap { zone in
          values(types).map { Choice(camera: camera, label: label, zone: zone, type: $0) }
        }
      }
    }
  }

  /// Conditions on an index of numbers, each of one part or of either of two.
  fileprivate var ranges: [(path: EventPlan.Path, parts: [(condition: String, value: Double)])] {
    var ranges: [(path: EventPlan.Path, parts: [(condition: String, value: Double)])] = []
    if let minScore { ranges.append((.score, [("e.score >= ?", minScore)])) }
    if let timeOfDay {
      let (start, end) = (timeOfDay.from, timeOfDay.to)
      ranges.append(
        start < end
          ? (.minute, [("e.minute >= \(start) AND e.minute < ?", Double(end))])
          : (.minute, [("e.minute >= ?", Double(start)), ("e.minute < ?", Double(end))]))
    }
    return ranges
  }
}

extension EventQuery.Choice {
  /// The lists that all answers are on.
  fileprivate var tags: [EventTag] {
    var tags: [EventTag] = []
    switch (camera, label) {
    case (let camera, let label?) where type == EventLine.visitType:
      tags += [.visit(label)] + (camera.map { [.camera($0)] } ?? [])
    case (let camera?, let label?): tags.append(.label(label, of: camera))
    case (let camera?, nil): tags.append(.camera(camera))
    case (nil, let label?): tags.append(.label(label))
    case (nil, nil): break
    }
    // For a zone and a class together there is one list of events that have both.
    switch (zone, label) {
    case (let zone?, let label?) where type != EventLine.visitType: tags.append(.zone(zone, label: label))
    case (let zone?, _): tags.append(.zone(zone))
    case (nil, _): break
    }
    if let type { tags.append(.type(type)) }
    return tags
  }
}
