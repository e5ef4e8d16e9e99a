import Foundation
import GRDB
import Outputs

/// An event of the store: an object from its start to its end, a visit, or what became of a camera.
public struct StoredEvent: Hashable, Sendable {
  /// Its identifier in all lines.
  public let id: String
  /// Name of the camera.
  public let camera: String
  /// Name of the class; `nil` for an event of no single object.
  public let label: String?
  /// When it began, in milliseconds since 1970.
  public let start: Int64
  /// When it ended, as the log has it; `nil` as long as it goes on.
  public let end: String?
  /// Its highest score.
  public let score: Double
  /// All zones it was in.
  public let zones: [String]
  /// Of a visit: identifiers of its objects.
  public let objects: [String]
  /// The types of its lines, in the order they came.
  public let types: [String]
  /// Paths of the files that show it.
  public let snapshot, clip: String?
  /// Whether it was marked as kept.
  public let isKept: Bool
  /// The last line of the log that is about it, with `types`, `kept`, and where its files are; JSON without a line feed.
  public let json: String

  /// The events `ids` that there are, in this order.
  static func fetch(_ ids: [String], in db: Database) throws -> [StoredEvent] {
    let statement = try db.cachedStatement(
      sql: """
        SELECT e.id, e.camera, e.label, e.score, e.types, e.snapshot, e.clip, e.kept, json_extract(l.text, '$.end'),
          json_extract(l.text, '$.entered'), json_set(
            l.text, '$.snapshot', e.snapshot, '$.clip', e.clip, '$.clip_offset', e.clip_offset,
            '$.snapshot_box', json(e.snapshot_box), '$.has_clip', json(iif(e.clip IS NULL, 'false', 'true')),
            '$.has_snapshot', json(iif(e.snapshot IS NULL, 'false', 'true')), '$.types', json('["' || replace(e.types, ',', '","') || '"]'),
            '$.kept', json(iif(e.kept, 'true', 'false'))), json_extract(l.text, '$.objects')
        FROM event e JOIN line l ON l.number = e.last WHERE e.id = ?
        """)
    return try ids.compactMap { id in
      guard let row = try Row.fetchOne(statement, arguments: [id]) else { return nil }
      return StoredEvent(
        id: id, camera: row[1], label: row[2], start: EventIdentifier.milliseconds(id) ?? 0, end: row[8], score: row[3],
        zones: names(row[9]), objects: names(row[11]), types: (row[4] as String).split(separator: ",").map(String.init),
        snapshot: row[5],
        clip: row[6], isKept: row[7], json: row[10])
    }
  }

  /// A list of texts in JSON.
  private static func names(_ json: String?) -> [String] {
    json.flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) } ?? []
  }

  /// When it began, in UTC: `2026-11-23T18:39:27.957Z`.
  public var startText: String { EventClock.text(start) }

  /// Seconds from its start to its end; `nil` as long as it goes on.
  public var seconds: Double? {
    end.flatMap { FootageTime.milliseconds($0) }.map { Double(max(0, $0 - start)) / 1e3 }
  }
}

/// Events as comma-separated values (RFC 4180).
public enum EventTable {
  /// The first line.
  public static let header = "id,camera,label,start,end,seconds,score,zones,types,snapshot,clip,kept\r\n"

  /// The line of one event.
  public static func line(_ event: StoredEvent) -> String {
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
