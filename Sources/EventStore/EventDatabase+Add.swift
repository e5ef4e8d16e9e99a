import Foundation
import GRDB
import Outputs

extension EventDatabase {
  /// What became of lines.
  struct Additions: Hashable, Sendable {
    /// Lines that were new.
    var added = 0
    /// Lines that are none of an event log.
    var unreadable = 0
  }

  /// Adds the lines in `text`, which ends with a line feed, in one transaction, and takes note that the log whose first line
  /// is `head` has been read up to `offset`. Lines that are there already change nothing.
  func add(_ text: Data, ofLog head: String, readTo offset: Int64) throws(EventStoreError) -> Additions {
    try writing { db in
      var writing = EventWriting(db, zone: zone)
      var additions = Additions()
      let reader = EventLine.Reader()
      for bytes in text.split(separator: UInt8(ascii: "\n")) {
        if let line = reader.read(bytes) {
          if try writing.add(line, text: String(decoding: bytes, as: UTF8.self)) { additions.added += 1 }
        } else if bytes.contains(where: { $0 > 0x20 }) {
          additions.unreadable += 1
        }
      }
      try writing.finish()
      try db.execute(
        sql: "INSERT INTO log VALUES (?, ?) ON CONFLICT (head) DO UPDATE SET offset = excluded.offset",
        arguments: [head, offset])
      return additions
    }
  }

  /// Adds those of `lines` whose events are not there, in one transaction; returns how many events that are.
  package func adopt(_ lines: [String]) throws(EventStoreError) -> Int {
    try writing { db in
      var writing = EventWriting(db, zone: zone)
      let reader = EventLine.Reader()
      var adopted: Set<String> = []
      for text in lines {
        guard let line = reader.read(Data(text.utf8)), try adopted.contains(line.id) || !writing.isKnown(line.id) else {
          continue
        }
        if try writing.add(line, text: text) { adopted.insert(line.id) }
      }
      try writing.finish()
      return adopted.count
    }
  }

  /// Adds all that is in the logs at `paths`, and in those in `folder`.
  package func read(
    logs paths: [String], folder: String? = nil
  ) throws(EventStoreError) -> EventFollower.Report {
    let follower = EventFollower(self, logs: paths, folder: folder)
    follower.catchUp()
    let report = follower.report
    if let failure = report.lastFailure { throw EventStoreError(.inputOutput, failure) }
    return report
  }

  /// Forgets everything, so that it is read from the logs again.
  package func clear() throws(EventStoreError) {
    do {
      try pool.write { db in
        for table in ["line", "event", "file", "tag", "tally", "day", "hour", "deleted", "log"] {
          try db.execute(sql: "DROP TABLE IF EXISTS \(table)")
        }
        try EventSchema.create(db)
      }
    } catch { throw EventStoreError(error, doing: "empty the store of events") }
  }

  /// How far the log whose first line is `head` has been read.
  func offset(ofLog head: String) throws(EventStoreError) -> Int64 {
    try reading {
      try Int64.fetchOne($0, sql: "SELECT offset FROM log WHERE head = ?", arguments: [head]) ?? 0
    }
  }
}

/// Adds lines within one transaction. Tallies are added up and written at its end.
private struct EventWriting {
  private let db: Database
  private let zone: TimeZone
  private var tallies: [String: Int] = [:]
  private var days: [DayKey: Int] = [:]
  private var hours: [HourCount.Key: Int] = [:]

  private struct DayKey: Hashable {
    let day: Int
    let camera, label: String
  }

  /// A row of `event`: what is known of one.
  private struct EventRow {
    var camera: String, label: String?
    var time: LocalTime
    var score = 0.0
    var types: [String] = []
    var snapshot: String?, clip: String?
    var clipOffset: Double?, snapshotBox: String?
    var isKept = false
    var isOver = false
    var last: Int64 = 0
    var isNew = true
  }

  init(_ db: Database, zone: TimeZone) {
    self.db = db
    self.zone = zone
  }

  /// Whether `line` was new.
  mutating func add(_ line: EventLine, text: String) throws -> Bool {
    if line.type == EventLine.deleteType { return try delete(line.id) }
    if try isDeleted(line.id) { return false }
    try db.cachedStatement(
      sql: "INSERT OR IGNORE INTO line (event, seq, ts, camera, key, text) VALUES (?, ?, ?, ?, ?, ?)"
    ).execute(arguments: [line.id, line.seq, line.ts, line.camera, line.key, text])
    guard db.changesCount > 0 else { return false }
    let number = db.lastInsertedRowID
    var row = try row(of: line)
    var tags: [EventTag] = [.type(line.type)]
    if row.isNew { tags.append(.camera(row.camera)) }
    if line.type == EventLine.keepType {
      let isKept = line.kept ?? true
      if isKept { tags.append(.kept) } else { try remove(.kept, of: line.id) }
      row.isKept = isKept
      if row.isNew { row.last = number }
    } else if !row.isOver || line.type == "end" {
      // What comes with the end of an object, such as leaving its zones, does not hide the end.
      row.last = number
    }
    row.isOver = row.isOver || line.type == "end"
    if row.label == nil, let label = line.label {
      row.label = label
      tags += [.label(label), .label(label, of: row.camera)]
      days[DayKey(day: row.time.day, camera: row.camera, label: label), default: 0] += 1
      hours[.init(startOf: line.id, camera: row.camera, label: label), default: 0] += 1
    }
    if let label = row.label, let key = HourCount.Key(line, label: label) { hours[key, default: 0] += 1 }
    row.score = max(row.score, line.topScore ?? line.score ?? 0)
    if let snapshot = line.snapshot { (row.snapshot, row.snapshotBox) = (snapshot, line.snapshotBoxText) }
    if let snapshot = line.snapshot { try addFile(snapshot, to: line.id) }
    for clip in line.allClips { try addFile(clip.path, isClip: true, offset: clip.offset, to: line.id) }
    if row.clip == nil, line.clip != nil { tags.append(.clip) }
    if let clip = line.clip { (row.clip, row.clipOffset) = (clip, line.clipOffset) }
    if !row.types.contains(line.type) { row.types.append(line.type) }
    for zone in line.mentionedZones { tags += [.zone(zone)] + (row.label.map { [.zone(zone, label: $0)] } ?? []) }
    if line.type == EventLine.visitType {
      tags += (line.labels ?? []).map(EventTag.visit)
      if line.severity == "alert" {
        for id in [line.id] + (line.objects ?? []) { try add(.alert, to: id) }
      }
    }
    for tag in tags { try add(tag, to: line.id) }
    try write(row, of: line.id)
    return true
  }

  /// Writes what was added up.
  func finish() throws {
    for (tag, count) in tallies.sorted(by: { $0.key < $1.key }) where count != 0 {
      try db.cachedStatement(
        sql: "INSERT INTO tally VALUES (?, ?) ON CONFLICT (tag) DO UPDATE SET count = count + excluded.count"
      ).execute(arguments: [tag, count])
    }
    for (key, count) in days where count != 0 {
      try db.cachedStatement(
        sql: """
          INSERT INTO day VALUES (?, ?, ?, ?) ON CONFLICT (day, camera, label) DO UPDATE SET count = count + excluded.count
          """
      ).execute(arguments: [key.day, key.camera, key.label, count])
    }
    try db.execute(sql: "DELETE FROM day WHERE count <= 0")
    for (key, count) in hours where count != 0 { try key.add(count, in: db) }
  }

  func isKnown(_ id: String) throws -> Bool {
    try Bool.fetchOne(
      db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM event WHERE id = ?)"), arguments: [id]) ?? false
  }

  private func isDeleted(_ id: String) throws -> Bool {
    try Bool.fetchOne(
      db.cachedStatement(sql: "SELECT EXISTS (SELECT 1 FROM deleted WHERE event = ?)"), arguments: [id]) ?? false
  }

  private func row(of line: EventLine) throws -> EventRow {
    let found = try Row.fetchOne(
      db.cachedStatement(
        sql:
          """
          SELECT camera, label, day, minute, score, types, snapshot, clip, kept, is_over, last, clip_offset, snapshot_box
          FROM event WHERE id = ?
          """
      ),
      arguments: [line.id])
    let time = LocalTime(EventIdentifier.milliseconds(line.id) ?? 0, in: zone)
    var row = EventRow(camera: line.camera, label: nil, time: time)
    guard let found else { return row }
    row.isNew = false
    row.camera = found[0]
    row.label = found[1]
    row.score = found[4]
    row.types = (found[5] as String).split(separator: ",").map(String.init)
    row.snapshot = found[6]
    row.clip = found[7]
    row.isKept = found[8]
    row.isOver = found[9]
    row.last = found[10]
    row.clipOffset = found[11]
    row.snapshotBox = found[12]
    return row
  }

  private func write(_ row: EventRow, of id: String) throws {
    try db.cachedStatement(sql: "INSERT OR REPLACE INTO event VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)")
      .execute(
        arguments: [
          id, row.camera, row.label, row.time.day, row.time.minute, row.score,
          row.types.joined(separator: ","),
          row.snapshot, row.clip, row.isKept, row.isOver, row.last,
          row.clipOffset, row.snapshotBox,
        ])
  }

  /// An event has several files of a kind if its object moved more than once, or for long.
  private func addFile(_ path: String, isClip: Bool = false, offset: Double? = nil, to id: String) throws {
    try db.cachedStatement(
      sql: "INSERT OR IGNORE INTO file (event, path, is_clip, clip_offset) VALUES (?, ?, ?, ?)"
    ).execute(arguments: [id, path, isClip, offset])
  }

  private mutating func add(_ tag: EventTag, to id: String) throws {
    try db.cachedStatement(sql: "INSERT OR IGNORE INTO tag VALUES (?, ?)").execute(arguments: [tag.text, id])
    if db.changesCount > 0 { tallies[tag.text, default: 0] += 1 }
  }

  private mutating func remove(_ tag: EventTag, of id: String) throws {
    try db.cachedStatement(sql: "DELETE FROM tag WHERE tag = ? AND event = ?").execute(arguments: [tag.text, id])
    if db.changesCount > 0 { tallies[tag.text, default: 0] -= 1 }
  }

  /// Removes all that is known of an event, for good: no later line brings it back.
  private mutating func delete(_ id: String) throws -> Bool {
    guard try !isDeleted(id) else { return false }
    try db.execute(sql: "INSERT INTO deleted VALUES (?)", arguments: [id])
    if let event = try Row.fetchOne(
      db, sql: "SELECT day, camera, label FROM event WHERE id = ?", arguments: [id]), let label = event[2] as String?
    {
      days[DayKey(day: event[0], camera: event[1], label: label), default: 0] -= 1
      hours[.init(startOf: id, camera: event[1], label: label), default: 0] -= 1
    }
    var known = KnownTags()
    try forEachLine(of: id) { known.add($0) }
    for tag in known.all { try remove(tag, of: id) }
    if let label = known.label {
      var keys: [HourCount.Key: Int] = [:]
      try forEachLine(of: id) { if let key = HourCount.Key($0, label: label) { keys[key, default: 0] -= 1 } }
      hours.merge(keys, uniquingKeysWith: +)
    }
    for table in ["line", "file"] { try db.execute(sql: "DELETE FROM \(table) WHERE event = ?", arguments: [id]) }
    try db.execute(sql: "DELETE FROM event WHERE id = ?", arguments: [id])
    return true
  }

  /// Calls `body` with each line of an event. There may be very many.
  private func forEachLine(of id: String, _ body: (EventLine) -> Void) throws {
    let reader = EventLine.Reader()
    let texts = try String.fetchCursor(db, sql: "SELECT text FROM line WHERE event = ?", arguments: [id])
    while let text = try texts.next() { if let line = reader.read(Data(text.utf8)) { body(line) } }
  }
}

/// All tags that lines of one event may have brought.
private struct KnownTags {
  private var tags: Set<EventTag> = [.clip, .kept, .alert]
  private var zones: Set<String> = [], labels: Set<String> = []
  /// The class in the first line that has one.
  private(set) var label: String?

  mutating func add(_ line: EventLine) {
    tags.formUnion([.type(line.type), .camera(line.camera)])
    if let name = line.label {
      label = label ?? name
      labels.insert(name)
      tags.formUnion([.label(name), .label(name, of: line.camera)])
    }
    zones.formUnion(line.mentionedZones)
    tags.formUnion((line.labels ?? []).map(EventTag.visit))
  }

  var all: Set<EventTag> {
    zones.reduce(into: tags) { tags, zone in tags.formUnion([.zone(zone)] + labels.map { .zone(zone, label: $0) }) }
  }
}
