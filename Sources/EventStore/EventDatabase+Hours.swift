package import Foundation
import GRDB
import JSON
import Outputs

/// How often something happened to objects of one class in front of one camera in one hour.
package struct HourCount: Hashable, Sendable {
  /// What is counted.
  package enum Kind: String, Hashable, Sendable {
    /// Objects that appeared.
    case start
    /// Crossings of a line.
    case line
    /// Entries into a zone.
    case zoneEnter = "zone_enter"
  }

  /// The start of the hour, in milliseconds since 1970.
  package let hour: Int64
  /// Name of the camera.
  package let camera: String
  /// Name of the class.
  package let label: String
  /// What is counted.
  package let kind: Kind
  /// Name of the line or zone; empty for objects.
  package let place: String
  /// Name of the direction of a line; otherwise empty.
  package let direction: String
  /// How often.
  package let count: Int

  /// The count in JSON.
  package var json: String {
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
  package static let tableHeader = "hour,camera,label,type,place,direction,count\r\n"

  /// The count as a line of a table.
  package var tableLine: String {
    [EventClock.text(hour), camera, label, kind.rawValue, place, direction, "\(count)"].map(EventTable.field)
      .joined(separator: ",") + "\r\n"
  }
}

extension EventDatabase {
  private static let day: Int64 = 86_400_000
  /// Longest span of one answer, in days.
  private static let longest: Int64 = 31

  /// Counts by hour (UTC), camera, class, line and zone, the oldest hour first, for all hours that the time from `after` to
  /// `before` touches: objects that appeared, lines they crossed and zones they entered; the last 24 hours without `after`.
  ///
  /// Throws `invalidQuery` for conditions other than these and camera and label, and for more than 31 days.
  package func hours(_ query: EventQuery, now: Date = .now) async throws(EventStoreError) -> [HourCount] {
    var rest = query
    (rest.cameras, rest.labels, rest.after, rest.before, rest.limit) = ([], [], nil, nil, EventQuery().limit)
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
    return try await reading { db in
      let rows = try Row.fetchCursor(
        db.cachedStatement(
          sql: """
            SELECT hour, camera, label, kind, place, direction, count FROM hour
            WHERE hour >= ?1 AND hour <= ?2 AND \(Self.isAmong("camera", "?3")) AND \(Self.isAmong("label", "?4"))
            ORDER BY hour, camera, label, kind, place, direction
            """),
        arguments: [
          HourCount.Key.hour(after), HourCount.Key.hour(before - 1), JSONValue.strings(query.cameras).text,
          JSONValue.strings(query.labels).text,
        ])
      var counts: [HourCount] = []
      // Reading a time takes longer than a row, and rows of an hour follow each other.
      var (name, hour) = ("", nil as Int64?)
      while let row = try rows.next() {
        if row[0] != name {
          name = row[0]
          hour = FootageTime.milliseconds(name + ":00:00Z")
        }
        guard let hour, let kind = HourCount.Kind(rawValue: row[3])
        else { continue }
        counts.append(
          HourCount(
            hour: hour, camera: row[1], label: row[2], kind: kind, place: row[4], direction: row[5], count: row[6]))
      }
      return counts
    }
  }
}

extension HourCount {
  /// A row of the table `hour`.
  struct Key: Hashable {
    private let hour, camera, label: String
    private let kind: Kind
    private let place, direction: String

    /// The hour of a moment, in milliseconds since 1970: `2026-11-23T18`, as lines begin their times.
    static func hour(_ milliseconds: Int64) -> String { String(EventClock.text(milliseconds).prefix(13)) }

    /// The appearance of the object `id`.
    init(startOf id: String, camera: String, label: String) {
      hour = Self.hour(EventIdentifier.milliseconds(id) ?? 0)
      (self.camera, self.label, kind, place, direction) = (camera, label, .start, "", "")
    }

    /// The crossing or entry that `line` reports of an object of the class `label`; `nil` for other lines.
    init?(_ line: EventLine, label: String) {
      guard let kind = Kind(rawValue: line.type), kind != .start, let place = kind == .line ? line.line : line.zone
      else {
        return nil
      }
      hour = String(line.ts.prefix(13))
      (camera, self.label, self.kind, self.place) = (line.camera, label, kind, place)
      direction = kind == .line ? line.direction ?? "" : ""
    }

    /// Changes the count by `change`.
    func add(_ change: Int, in db: Database) throws {
      let key: StatementArguments = [hour, camera, label, kind.rawValue, place, direction]
      try db.cachedStatement(
        sql: """
          INSERT INTO hour VALUES (?, ?, ?, ?, ?, ?, ?)
          ON CONFLICT (hour, camera, label, kind, place, direction) DO UPDATE SET count = count + excluded.count
          """
      ).execute(arguments: key + [change])
      guard change < 0 else { return }
      try db.cachedStatement(
        sql: """
          DELETE FROM hour
          WHERE hour = ? AND camera = ? AND label = ? AND kind = ? AND place = ? AND direction = ? AND count <= 0
          """
      ).execute(arguments: key)
    }
  }
}
