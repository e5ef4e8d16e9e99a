import Foundation
import JSON
import Outputs
import Pipeline
import Synchronization

/// The history of a service: the store, which follows the log of events, and what people decide about events.
///
/// Decisions are lines, too, in a log of their own beside the log of events. So they outlive the store, which is built again
/// from both.
package final class EventHistory: Sendable {
  /// What can be asked.
  package let database: EventDatabase
  private let follower: EventFollower
  private let marks: String
  /// One decision after another.
  private let writing = Mutex(())

  /// Opens the store at `path` for the log of events at `log`, and begins to follow it, and all logs in the folder `footage`.
  ///
  /// Throws `EventStoreError` or `PipelineError`.
  package init(path: String, log: String, footage: String? = nil) throws {
    marks = Self.marks(of: log)
    database = try EventDatabase(path: path, access: .readWrite)
    follower = EventFollower(database, logs: [log, marks], folder: footage)
    try follower.start()
  }

  /// Where decisions about the events of the log at `log` are: `events.marks.jsonl` beside `events.jsonl`.
  package static func marks(of log: String) -> String {
    log.hasSuffix(".jsonl") ? log.dropLast(".jsonl".count) + ".marks.jsonl" : log + ".marks"
  }

  package var report: EventFollower.Report { follower.report }

  /// The log has grown.
  package func notify() { follower.notify() }

  /// Returns when the store has all that is in the logs now.
  package func update() async { await follower.update() }

  /// Ends when the store has all that is in the logs.
  package func stop() async {
    await follower.stop()
    database.close()
  }

  /// Marks the event `id` as kept, or as not, with the objects of a visit; `nil` if there is none. Throws `inputOutput` if that cannot be written.
  package func keep(_ id: String, _ isKept: Bool) async throws(EventStoreError) -> StoredEvent? {
    guard let event = try await database.find(id) else { return nil }
    for event in try await database.events(event.objects) + [event] {
      try mark(event, EventLine.keepType, ",\"kept\":\(isKept)")
    }
    await update()
    return try await database.find(id)
  }

  /// Removes the event `id` for good, with the objects of a visit. Returns these events, and the paths of files that showed them
  /// and no other event; `nil` if there is none.
  package func delete(_ id: String) async throws(EventStoreError) -> (events: [StoredEvent], files: [String])? {
    guard let event = try await database.find(id) else { return nil }
    let doomed = try await database.events(event.objects) + [event]
    let files = try await database.files(showingOnly: doomed.map(\.id))
    for event in doomed { try mark(event, EventLine.deleteType, "") }
    await update()
    return (doomed, files)
  }

  private func mark(_ event: StoredEvent, _ type: String, _ facts: String) throws(EventStoreError) {
    let now = EventClock.wallMilliseconds
    let line =
      "{\"v\":2,\"id\":\(event.id.json),\"type\":\"\(type)\",\"camera\":\(event.camera.json),\"seq\":\(now),"
      + "\"ts\":\"\(EventClock.text(now))\"\(facts)}\n"
    let failure = writing.withLock { _ -> OutputError? in
      do throws(OutputError) {
        var file = try LineFile(path: marks, appends: true)
        try file.append(line)
        return nil
      } catch { return error }
    }
    if let failure { throw EventStoreError(.inputOutput, failure.description, cause: failure) }
  }
}
