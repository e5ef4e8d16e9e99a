import Foundation
import GRDB
import Outputs

/// What becomes of the files that show events.
extension EventDatabase {
  /// Names of the files of events that were marked as kept.
  package func keptFiles() throws(EventStoreError) -> Set<String> {
    try reading { db in
      let rows = try Row.fetchAll(
        db,
        sql: "SELECT e.snapshot, e.clip FROM tag t JOIN event e ON e.id = t.event WHERE t.tag = ?",
        arguments: [EventTag.kept.text])
      return Set(rows.flatMap { [$0[0] as String?, $0[1] as String?] }.compactMap { $0.map(Self.fileName) })
    }
  }

  /// Those of the events `ids` that belong to an alert.
  package func alerts(among ids: [String]) throws(EventStoreError) -> Set<String> {
    try reading { db in
      let statement = try db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM tag WHERE tag = ? AND event = ?)")
      return Set(
        try ids.filter { try Bool.fetchOne(statement, arguments: [EventTag.alert.text, $0]) ?? false })
    }
  }

  /// Takes note that the files at `paths` are gone: their events have no clip, or no snapshot, any more.
  package func forget(files paths: [String]) throws(EventStoreError) {
    try writing { db in
      for path in paths {
        // Snapshots are called by their events, which have no index by snapshot; clips are shared.
        let id = String(path.split(separator: ".").dropLast().last?.suffix(26) ?? "")
        try db.cachedStatement(
          sql: "UPDATE event SET snapshot = NULL, snapshot_box = NULL WHERE id = ? AND snapshot = ?"
        ).execute(arguments: [id, path])
        let shown = try String.fetchAll(
          db.cachedStatement(sql: "SELECT id FROM event WHERE clip = ?"), arguments: [path])
        for id in shown { try Self.forgetClip(of: id, in: db) }
      }
    }
  }

  /// Takes note that of all files that the store names only those called `names` are there. Returns how many events lost one.
  package func forgetFiles(otherThan names: Set<String>) throws(EventStoreError) -> Int {
    try writing { db in
      var count = 0
      let rows = try Row.fetchAll(
        db, sql: "SELECT id, snapshot, clip FROM event WHERE snapshot IS NOT NULL OR clip IS NOT NULL")
      for row in rows {
        let id = row[0] as String
        let isGone = { (path: String?) in path.map { !names.contains(Self.fileName($0)) } ?? false }
        if isGone(row[1]) {
          try db.execute(sql: "UPDATE event SET snapshot = NULL, snapshot_box = NULL WHERE id = ?", arguments: [id])
        }
        if isGone(row[2]) { try Self.forgetClip(of: id, in: db) }
        if isGone(row[1]) || isGone(row[2]) { count += 1 }
      }
      return count
    }
  }

  private static func forgetClip(of id: String, in db: Database) throws {
    try db.execute(sql: "UPDATE event SET clip = NULL, clip_offset = NULL WHERE id = ?", arguments: [id])
    try db.execute(sql: "DELETE FROM tag WHERE tag = ? AND event = ?", arguments: [EventTag.clip.text, id])
    guard db.changesCount > 0 else { return }
    try db.execute(sql: "UPDATE tally SET count = count - 1 WHERE tag = ?", arguments: [EventTag.clip.text])
  }

  private static func fileName(_ path: String) -> String { path.split(separator: "/").last.map(String.init) ?? path }
}

extension EventDatabase {
  /// No visit lasts longer, in milliseconds.
  private static let longestVisit: Int64 = 86_400_000

  /// When there were alerts of `camera`, in milliseconds since 1970, as far as they touch `span`.
  package func alertSpans(
    of camera: String, touching span: ClosedRange<Int64>
  ) throws(EventStoreError) -> [ClosedRange<Int64>] {
    let first = EventIdentifier.least(at: span.lowerBound - Self.longestVisit)
    let last = EventIdentifier.least(at: span.upperBound + 1)
    return try reading { db in
      let ids = try String.fetchAll(
        db.cachedStatement(
          sql: """
            SELECT t.event FROM tag t JOIN event e ON e.id = t.event
            WHERE t.tag = ? AND t.event >= ? AND t.event < ? AND e.camera = ?
            """),
        arguments: [EventTag.alert.text, first, last, camera])
      return try StoredEvent.fetch(ids, in: db).compactMap { visit in
        guard visit.types.contains(EventLine.visitType) else { return nil }
        // One without an end goes on, or the program was killed.
        let length = visit.seconds.map { Int64(($0 * 1e3).rounded()) } ?? Self.longestVisit
        return visit.start + length >= span.lowerBound ? visit.start...visit.start + length : nil
      }
    }
  }
}
