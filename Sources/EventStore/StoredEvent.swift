import Foundation
import GRDB
import JSON
import Outputs

/// An event of the store: an object from its start to its end, a visit, or a camera that went offline or online.
package struct StoredEvent: Hashable, Sendable {
  /// Its identifier in all lines.
  package let id: String
  /// Name of the camera.
  package let camera: String
  /// Name of the class; `nil` for an event of no single object.
  package let label: String?
  /// When it began, in milliseconds since 1970.
  package let start: Int64
  /// Its highest score.
  package let score: Double
  /// The types of its lines, in the order they came.
  package let types: [String]
  /// Paths of the latest files that show it.
  package let snapshot, clip: String?
  /// All videos, oldest first: an object that stops and moves again has several.
  package let clips: [Clip]
  /// Whether it was marked as kept.
  package let isKept: Bool
  /// The last line of the log that is about it, with `types`, `kept`, and where its files are; JSON without a line feed.
  package let json: String

  /// A video that shows an event.
  package struct Clip: Hashable, Sendable {
    /// Its path.
    package let path: String
    /// Seconds into it at which the object appears, or begins to move.
    package let offset: Double?

    var json: String { "{\"path\":\(path.json),\"offset\":\(offset.map { $0.json(places: 3) } ?? "null")}" }
  }

  private static func clips(of id: String, in db: Database) throws -> [Clip] {
    let statement = try db.cachedStatement(
      sql: "SELECT path, clip_offset FROM file WHERE event = ? AND is_clip ORDER BY number")
    return try Row.fetchAll(statement, arguments: [id]).map { Clip(path: $0[0], offset: $0[1]) }
  }

  /// The events of `ids` that exist, in this order.
  static func fetch(_ ids: [String], in db: Database) throws -> [StoredEvent] {
    // One statement walks the array in its order.
    let statement = try db.cachedStatement(
      sql: """
        SELECT e.id, e.camera, e.label, e.score, e.types, e.snapshot, e.clip, e.kept, e.clip_offset, e.snapshot_box, l.text,
          (SELECT count(*) FROM file f WHERE f.event = e.id AND f.is_clip)
        FROM json_each(?) j CROSS JOIN event e ON e.id = j.value CROSS JOIN line l ON l.number = e.last
        """)
    let rows = try Row.fetchCursor(statement, arguments: [JSONValue.strings(ids).text])
    var events: [StoredEvent] = []
    events.reserveCapacity(ids.count)
    while let row = try rows.next() {
      let types = (row[4] as String).utf8.split(separator: UInt8(ascii: ",")).compactMap { String($0) }
      let snapshot = row[5] as String?, clip = row[6] as String?, isKept = row[7] as Bool, text = row[10] as String
      // Most events have one clip at most, which is in their row.
      let clips = row[11] > 1 ? try Self.clips(of: row[0], in: db) : clip.map { [Clip(path: $0, offset: row[8])] } ?? []
      // SQLite reads and writes JSON in 30 microseconds, which is most of the time of a query with many answers.
      var json = try LineHead(text)?.text ?? LineHead.removed(from: text, in: db)
      json += ",\"snapshot\":\(snapshot?.json ?? "null"),\"clip\":\(clip?.json ?? "null")"
      json += ",\"clip_offset\":\((row[8] as Double?).map { $0.json(places: 3) } ?? "null")"
      json += ",\"clips\":[\(clips.map(\.json).joined(separator: ","))]"
      json += ",\"snapshot_box\":\((row[9] as String?) ?? "null")"
      json += ",\"has_clip\":\(clip != nil),\"has_snapshot\":\(snapshot != nil)"
      json += ",\"types\":[\(types.map(\.json).joined(separator: ","))],\"kept\":\(isKept)}"
      let id = row[0] as String
      events.append(
        StoredEvent(
          id: id, camera: row[1], label: row[2], start: EventIdentifier.milliseconds(id) ?? 0, score: row[3],
          types: types, snapshot: snapshot, clip: clip, clips: clips, isKept: isKept, json: json))
    }
    return events
  }

  /// What only some callers want to know of an event: read from its last line when they ask.
  private struct Details: Decodable {
    let end: String?
    let entered: [String]?
    let objects: [String]?
  }

  private var details: Details? { try? JSONDecoder().decode(Details.self, from: Data(json.utf8)) }

  /// When it ended, as the log has it; `nil` as long as it goes on.
  package var end: String? { details?.end }

  /// All zones it was in.
  package var zones: [String] { details?.entered ?? [] }

  /// Of a visit: identifiers of its objects.
  package var objects: [String] { types.contains(EventLine.visitType) ? details?.objects ?? [] : [] }

  /// When it began, in UTC: `2026-11-23T18:39:27.957Z`.
  package var startText: String { EventClock.text(start) }

  /// Seconds from its start to its end; `nil` as long as it goes on.
  package var seconds: Double? {
    end.flatMap { FootageTime.milliseconds($0) }.map { Double(max(0, $0 - start)) / 1e3 }
  }
}

/// Events as comma-separated values (RFC 4180).
package enum EventTable {
  /// The first line.
  package static let header = "id,camera,label,start,end,seconds,score,zones,types,snapshot,clip,kept\r\n"

  /// The line of one event.
  package static func line(_ event: StoredEvent) -> String {
    [
      event.id, event.camera, event.label ?? "", event.startText, event.end ?? "",
      event.seconds.map { String($0) } ?? "", String(event.score), event.zones.joined(separator: " "),
      event.types.joined(separator: " "), event.snapshot ?? "", event.clip ?? "", event.isKept ? "1" : "0",
    ].map(field).joined(separator: ",") + "\r\n"
  }

  /// In quotes where it has to be.
  package static func field(_ text: String) -> String {
    text.contains { ",\"\r\n".contains($0) } ? "\"" + text.replacing("\"", with: "\"\"") + "\"" : text
  }
}
