import GRDB

/// The tables of the store.
///
/// `line` has the lines of the log as they are, each once: by its place within its camera and, where it came over the network,
/// by its own identifier (`key`). All else follows from it: `event` has a row for each object, visit or event
/// of a camera, `tag` is an inverted index from what can be asked for to events, `tally` the lengths of its lists, `day`
/// and `hour` what the summaries show. `file` has all files that lines of an event name: `event` has the latest of them. `deleted`
/// names events that are not to come back, and `log` how far each file has been read.
enum EventSchema {
  /// Rises when the tables change. A store of another version is built again from the log.
  static let version = 5

  static func create(_ db: Database) throws {
    try db.execute(
      sql: """
        CREATE TABLE line (
          number INTEGER PRIMARY KEY, event TEXT NOT NULL, seq INTEGER NOT NULL, ts TEXT NOT NULL, camera TEXT NOT NULL,
          key TEXT, text TEXT NOT NULL);
        CREATE UNIQUE INDEX line_place ON line (event, seq, ts, camera);
        CREATE UNIQUE INDEX line_key ON line (key) WHERE key IS NOT NULL;
        CREATE TABLE event (
          id TEXT NOT NULL PRIMARY KEY, camera TEXT NOT NULL, label TEXT, day INTEGER NOT NULL, minute INTEGER NOT NULL,
          score REAL NOT NULL, types TEXT NOT NULL, snapshot TEXT, clip TEXT, kept INTEGER NOT NULL, is_over INTEGER NOT NULL,
          last INTEGER NOT NULL, clip_offset REAL, snapshot_box TEXT) WITHOUT ROWID;
        CREATE INDEX event_score ON event (score);
        CREATE INDEX event_minute ON event (minute);
        CREATE TABLE file (
          number INTEGER PRIMARY KEY, event TEXT NOT NULL, path TEXT NOT NULL, is_clip INTEGER NOT NULL, clip_offset REAL);
        CREATE UNIQUE INDEX file_event ON file (event, path);
        CREATE INDEX file_path ON file (path);
        CREATE TABLE tag (tag TEXT NOT NULL, event TEXT NOT NULL, PRIMARY KEY (tag, event)) WITHOUT ROWID;
        CREATE TABLE tally (tag TEXT NOT NULL PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID;
        CREATE TABLE day (
          day INTEGER NOT NULL, camera TEXT NOT NULL, label TEXT NOT NULL, count INTEGER NOT NULL,
          PRIMARY KEY (day, camera, label)) WITHOUT ROWID;
        CREATE TABLE hour (
          hour TEXT NOT NULL, camera TEXT NOT NULL, label TEXT NOT NULL, kind TEXT NOT NULL, place TEXT NOT NULL,
          direction TEXT NOT NULL, count INTEGER NOT NULL,
          PRIMARY KEY (hour, camera, label, kind, place, direction)) WITHOUT ROWID;
        CREATE TABLE deleted (event TEXT NOT NULL PRIMARY KEY) WITHOUT ROWID;
        CREATE TABLE log (head TEXT NOT NULL PRIMARY KEY, offset INTEGER NOT NULL) WITHOUT ROWID;
        PRAGMA user_version = \(version);
        """)
  }
}

/// An entry of the inverted index: something that can be asked for.
struct EventTag: Hashable, Sendable {
  let text: String

  static func camera(_ name: String) -> EventTag { EventTag(text: "camera=\(name)") }
  static func label(_ name: String) -> EventTag { EventTag(text: "label=\(name)") }
  static func zone(_ name: String) -> EventTag { EventTag(text: "zone=\(name)") }
  static func type(_ name: String) -> EventTag { EventTag(text: "type=\(name)") }
  /// Queries for both together are so frequent that they have their own list.
  static func label(_ name: String, of camera: String) -> EventTag {
    EventTag(text: "label=\(name)&camera=\(camera)")
  }
  /// Visits with an object of a class; apart from the objects themselves, which `label` counts.
  static func visit(_ label: String) -> EventTag { EventTag(text: "visit=\(label)") }
  /// Alerts, and the objects they are made of.
  static let alert = EventTag(text: "alert")
  static func zone(_ name: String, label: String) -> EventTag { EventTag(text: "zone=\(name)&label=\(label)") }
  static let clip = EventTag(text: "clip")
  static let kept = EventTag(text: "kept")
}
