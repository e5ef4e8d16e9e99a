package import Foundation
import GRDB

/// What happened, in a file that can be asked: an index of event logs, in SQLite.
///
/// The logs stay the truth. All that is in the store is read from their lines, so it can be deleted and built again. It has
/// one writer; queries read a snapshot and never wait (write-ahead log).
package final class EventDatabase: Sendable {
  /// Where it is; `nil` in memory.
  package let path: String?
  let pool: any DatabaseWriter
  /// Of days and times of day.
  let zone: TimeZone

  /// How a store is opened.
  package enum Access: Hashable, Sendable {
    /// To ask it. It has to be there.
    case readOnly
    /// To fill it. One that is damaged, or of another version, is moved away (`.damaged`): it will be built again.
    case readWrite
  }

  /// Opens the store at `path`. Throws `missing`, `damaged` or `inputOutput`.
  package init(path: String, access: Access, zone: TimeZone = .current) throws(EventStoreError) {
    self.path = path
    self.zone = zone
    switch access {
    case .readOnly:
      guard FileManager.default.fileExists(atPath: path) else {
        throw EventStoreError(.missing, "cannot open \(path): there is no such file")
      }
      pool = try Self.open(path, isReadOnly: true)
    case .readWrite:
      do throws(EventStoreError) { pool = try Self.open(path, isReadOnly: false) } catch {
        guard error.code == .damaged else { throw error }
        try Self.moveAway(path)
        pool = try Self.open(path, isReadOnly: false)
      }
    }
  }

  /// A store in memory.
  package init(inMemory zone: TimeZone) throws(EventStoreError) {
    path = nil
    self.zone = zone
    do {
      let queue = try DatabaseQueue()
      try queue.write { try EventSchema.create($0) }
      pool = queue
    } catch { throw EventStoreError(error, doing: "make a store in memory") }
  }

  private static func open(_ path: String, isReadOnly: Bool) throws(EventStoreError) -> DatabasePool {
    var configuration = Configuration()
    configuration.readonly = isReadOnly
    configuration.label = "events"
    configuration.maximumReaderCount = 4
    configuration.busyMode = .timeout(5)
    configuration.prepareDatabase { db in
      // A power cut may cost the last transactions, never the order of the file; they are read from the log again.
      if !isReadOnly { try db.execute(sql: "PRAGMA synchronous = NORMAL") }
      try db.execute(sql: "PRAGMA cache_size = -16000; PRAGMA mmap_size = 1073741824")
    }
    do {
      let pool = try DatabasePool(path: path, configuration: configuration)
      let version = try pool.read { try Int.fetchOne($0, sql: "PRAGMA user_version") ?? 0 }
      if version == EventSchema.version {
        try check(pool, path, isReadOnly: isReadOnly)
      } else {
        let isEmpty = try pool.read { try !$0.tableExists("line") }
        guard isEmpty, !isReadOnly else {
          throw EventStoreError(
            .damaged, "\(path): expected a store of version \(EventSchema.version), found version \(version)")
        }
        try pool.write { try EventSchema.create($0) }
      }
      return pool
    } catch let error as EventStoreError { throw error } catch { throw EventStoreError(error, doing: "open \(path)") }
  }

  /// Looks for damage. Somebody who only asks finds it in what they ask for.
  private static func check(_ pool: DatabasePool, _ path: String, isReadOnly: Bool) throws {
    guard !isReadOnly else { return }
    let answer = try pool.read { try String.fetchOne($0, sql: "PRAGMA quick_check(1)") }
    guard answer == "ok" else { throw EventStoreError(.damaged, "\(path) is damaged: \(answer ?? "no answer")") }
  }

  private static func moveAway(_ path: String) throws(EventStoreError) {
    let files = FileManager.default
    // What belongs to the old file must not be taken for the new one's.
    for ending in ["-wal", "-shm", ".damaged"] { try? files.removeItem(atPath: path + ending) }
    do { try files.moveItem(atPath: path, toPath: path + ".damaged") } catch {
      throw EventStoreError(
        .inputOutput, "cannot move the damaged store \(path) away: \(error.localizedDescription)", cause: error)
    }
  }

  /// What `body` reads of a snapshot.
  func reading<Answer: Sendable>(
    _ body: @escaping @Sendable (Database) throws -> Answer
  ) async throws(EventStoreError) -> Answer {
    do { return try await pool.read(body) } catch { throw EventStoreError(error, doing: "read the store of events") }
  }

  /// The same for callers that are not asynchronous.
  func reading<Answer>(_ body: (Database) throws -> Answer) throws(EventStoreError) -> Answer {
    do { return try pool.read(body) } catch { throw EventStoreError(error, doing: "read the store of events") }
  }

  /// What `body` returns that writes in one transaction.
  func writing<Answer>(_ body: (Database) throws -> Answer) throws(EventStoreError) -> Answer {
    do { return try pool.write(body) } catch { throw EventStoreError(error, doing: "write to the store of events") }
  }

  /// Closes it. Afterwards everything fails.
  package func close() { try? pool.close() }
}

extension EventStoreError {
  /// What SQLite reports when one tries to do `action`.
  init(_ error: any Error, doing action: String) {
    guard let error = error as? DatabaseError else {
      self = error as? EventStoreError ?? EventStoreError(.inputOutput, "cannot \(action): \(error)", cause: error)
      return
    }
    let isDamaged = error.resultCode == .SQLITE_CORRUPT || error.resultCode == .SQLITE_NOTADB
    self.init(
      isDamaged ? .damaged : .inputOutput, "cannot \(action): \(error.message ?? error.resultCode.description)",
      cause: error)
  }
}
