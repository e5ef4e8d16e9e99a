import Foundation
import GRDB
import Outputs

/// What becomes of the files that show events.
extension EventDatabase {
  /// Names of all files of events that were marked as kept, and the identifiers of these events.
  package func kept() throws(EventStoreError) -> Set<String> {
    try reading { db in
      let ids = try String.fetchAll(db, sql: "SELECT event FROM tag WHERE tag = ?", arguments: [EventTag.kept.text])
      let paths = try String.fetchAll(
        db, sql: "SELECT f.path FROM tag t JOIN file f ON f.event = t.event WHERE t.tag = ?",
        arguments: [EventTag.kept.text])
      return Set(ids + paths.map(Self.fileName))
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

  /// Takes note that the files at `paths` are gone: without any other their events have no clip, or no snapshot, any more.
  package func forget(files paths: [String]) throws(EventStoreError) {
    try writing { db in for path in paths { _ = try Self.forget(path, in: db) } }
  }

  /// Paths of all files that the store names.
  package func namedFiles() throws(EventStoreError) -> Set<String> {
    try reading { try String.fetchSet($0, sql: "SELECT path FROM file") }
  }

  /// Takes note that of all files that the store names only those called `names` are there. Returns how many events lost one.
  ///
  /// - Parameter known: the paths that are meant, from before `names` were listed, if files may have come since; `nil` is all.
  package func forgetFiles(
    otherThan names: Set<String>, among known: Set<String>? = nil
  ) throws(EventStoreError) -> Int {
    try writing { db in
      let paths = try String.fetchAll(db, sql: "SELECT DISTINCT path FROM file")
      let gone = paths.filter { !names.contains(Self.fileName($0)) && known?.contains($0) ?? true }
      return try gone.reduce(into: Set<String>()) { $0.formUnion(try Self.forget($1, in: db)) }.count
    }
  }

  /// The events that the file at `path` showed.
  private static func forget(_ path: String, in db: Database) throws -> [String] {
    let shown = try String.fetchAll(
      db.cachedStatement(sql: "SELECT event FROM file WHERE path = ?"), arguments: [path])
    guard !shown.isEmpty else { return [] }
    try db.cachedStatement(sql: "DELETE FROM file WHERE path = ?").execute(arguments: [path])
    for id in shown {
      try db.cachedStatement(
        sql: "UPDATE event SET snapshot = NULL, snapshot_box = NULL WHERE id = ? AND snapshot = ?"
      ).execute(arguments: [id, path])
      try forgetClip(path, of: id, in: db)
    }
    return shown
  }

  /// If the event `id` is shown by the clip at `path`, the latest of its other clips takes the place.
  private static func forgetClip(_ path: String, of id: String, in db: Database) throws {
    let other = try Row.fetchOne(
      db.cachedStatement(
        sql: "SELECT path, clip_offset FROM file WHERE event = ? AND is_clip ORDER BY number DESC LIMIT 1"),
      arguments: [id])
    try db.cachedStatement(sql: "UPDATE event SET clip = ?, clip_offset = ? WHERE id = ? AND clip = ?").execute(
      arguments: [other.map { $0[0] as String }, other.flatMap { $0[1] as Double? }, id, path])
    guard db.changesCount > 0, other == nil else { return }
    try db.execute(sql: "DELETE FROM tag WHERE tag = ? AND event = ?", arguments: [EventTag.clip.text, id])
    guard db.changesCount > 0 else { return }
    try db.execute(sql: "UPDATE tally SET count = count - 1 WHERE tag = ?", arguments: [EventTag.clip.text])
  }

  /// Paths of all files that show the events `ids` and no other.
  func files(showingOnly ids: [String]) async throws(EventStoreError) -> [String] {
    try await reading { db in
      var paths: Set<String> = []
      for id in ids {
        paths.formUnion(try String.fetchAll(db, sql: "SELECT path FROM file WHERE event = ?", arguments: [id]))
      }
      return try paths.filter { path in
        try String.fetchAll(db, sql: "SELECT event FROM file WHERE path = ?", arguments: [path])
          .allSatisfy(ids.contains)
      }.sorted()
    }
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
