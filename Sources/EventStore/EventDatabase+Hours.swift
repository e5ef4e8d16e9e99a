public import Foundation
import GRDB
import Outputs

/// How often something happened to objects of one class in front of one camera in one hour.
public struct HourCount: Hashable, Sendable {
  /// What is counted.
  public enum Kind: String, Hashable, Sendable {
    /// Objects that appeared.
    case start
    /// Crossings of a line.
    case line
    /// Entries into a zone.
    case zoneEnter = "zone_enter"
  }

  /// The start of the hour, in milliseconds since 1970.
  public let hour: Int64
  /// Name of the camera.
  public let camera: String
  /// Name of the class.
  public let label: String
  /// What is counted.
  public let kind: Kind
  /// Name of the line or zone; empty for objects.
  public let place: String
  /// Name of the direction of a line; otherwise empty.
  public let direction: String
  /// How often.
  public let count: Int

  /// The count in JSON.
  public var json: String {
    var object = JSONValue()
    object.add("hour", EventClock.text(hour))
    object.add("camera", camera)
    object.add("label", label)
    object.add("type", kind.rawValue)
    if kind != .start { object.add(kind == .line ? "line" : "zone", place) }
    if kind == .line { object.add("direction", direction) }
    object.add("count", count)
    return object.text
  }

  /// The first line of a table of counts (RFC 4180).
  public static let tableHeader = "hour,camera,label,type,place,direction,count\r\n"

  /// The count as a line of a table.
  public var tableLine: String {
    [EventClock.text(hour), camera, label, kind.rawValue, place, direction, "\(count)"].map(EventTable.field)
      .joined(separator: ",") + "\r\n"
  }
}

extension EventDatabase {
  private static let hour: Int64 = 3_600_000, day: Int64 = 86_400_000
  /// Longest span of one answer, in days.
  private static let longest: Int64 = 31

  /// Counts by hour (UTC), camera, class, line and zone, the oldest hour first: objects that appeared from `after` to `before`, and
  /// the lines they crossed and zones they entered then; the last 24 hours without `after`.
  ///
  /// Crossings and entries of objects that appeared more than a day before `after` are not counted. Throws `invalidQuery` for
  /// conditions other than these and camera and label, and for more than 31 days.
  public func hours(_ query: EventQuery, now: Date = .now) async throws(EventStoreError) -> [HourCount] {
    var rest = query
    (rest.camera, rest.label, rest.after, rest.before, rest.limit) = (nil, nil, nil, nil, EventQuery().limit)
    guard rest == EventQuery() else {
      throw EventStoreError(.invalidQuery, "a summary is of camera, label, after and before, and of nothing else")
    }
    let before = query.before ?? Int64(now.timeIntervalSince1970 * 1e3)
    let after = query.after ?? before - Self.day
    guard before - after <= Self.longest * Self.day else {
      throw EventStoreError(
        .invalidQuery, "expected at most \(Self.longest) days from after to before for counts by hour")
    }
    guard after < before else { return [] }
    do {
      return try await pool.read { db in
        let starts = try Self.starts(db, query, after: after, before: before)
        return try starts + Self.passages(db, query, after: after, before: before)
      }.sorted {
        ($0.hour, $0.camera, $0.label, $0.kind.rawValue, $0.place, $0.direction)
          < ($1.hour, $1.camera, $1.label, $1.kind.rawValue, $1.place, $1.direction)
      }
    } catch { throw EventStoreError(error, doing: "read the store of events") }
  }

  private struct Key: Hashable {
    let hour: Int64
    let camera, label: String
  }

  private static func starts(
    _ db: Database, _ query: EventQuery, after: Int64, before: Int64
  ) throws -> [HourCount] {
    var counts: [Key: Int] = [:]
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT id, camera, label FROM event
        WHERE id >= ?1 AND id < ?2 AND label IS NOT NULL AND (?3 IS NULL OR camera = ?3) AND (?4 IS NULL OR label = ?4)
        """,
      arguments: [
        EventIdentifier.least(at: after), EventIdentifier.least(at: before), query.camera, query.label,
      ])
    while let row = try rows.next() {
      guard let moment = EventIdentifier.milliseconds(row[0]) else { continue }
      counts[Key(hour: moment / hour * hour, camera: row[1], label: row[2]), default: 0] += 1
    }
    return counts.map { key, count in
      HourCount(
        hour: key.hour, camera: key.camera, label: key.label, kind: .start, place: "", direction: "", count: count)
    }
  }

  /// Crossings of lines and entries into zones.
  private static func passages(
    _ db: Database, _ query: EventQuery, after: Int64, before: Int64
  ) throws -> [HourCount] {
    // Cross join: events in their order first, then the lines of each by index.
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT substr(l.ts, 1, 13), e.camera, e.label, json_extract(l.text, '$.type'),
          coalesce(json_extract(l.text, '$.line'), json_extract(l.text, '$.zone')), json_extract(l.text, '$.direction'),
          count(*)
        FROM event e CROSS JOIN line l ON l.event = e.id
        WHERE e.id >= ?1 AND e.id < ?2 AND e.label IS NOT NULL AND (?3 IS NULL OR e.camera = ?3)
          AND (?4 IS NULL OR e.label = ?4) AND (instr(e.types, 'line') > 0 OR instr(e.types, 'zone_enter') > 0)
          AND (instr(l.text, '"type":"line"') > 0 OR instr(l.text, '"type":"zone_enter"') > 0)
          AND l.ts >= ?5 AND l.ts < ?6
        GROUP BY 1, 2, 3, 4, 5, 6
        """,
      arguments: [
        EventIdentifier.least(at: after - day), EventIdentifier.least(at: before), query.camera, query.label,
        EventClock.text(after), EventClock.text(before),
      ])
    var counts: [HourCount] = []
    while let row = try rows.next() {
      guard let moment = FootageTime.milliseconds((row[0] as String) + ":00:00Z"),
        let kind = HourCount.Kind(rawValue: (row[3] as String?) ?? "")
      else { continue }
      counts.append(
        HourCount(
          hour: moment, camera: row[1], label: row[2], kind: kind, place: (row[4] as String?) ?? "",
          direction: (row[5] as String?) ?? "", count: row[6]))
    }
    return counts
  }
}
