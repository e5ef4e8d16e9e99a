import Foundation
package import Pipeline
import Synchronization

/// Keeps a store up to date with event logs, on a thread of its own.
///
/// The log itself is the queue between the cameras and the store: who writes it never waits for the store, however slow its
/// disk is, and nothing is lost in between. A transaction holds lines together with how far the log has been read, so a
/// crash leaves the store behind the log but never beside it; it catches up at the next start.
package final class EventFollower: Sendable {
  /// What has become of the log so far.
  package struct Report: Hashable, Sendable {
    /// Lines added since the start.
    package var added = 0
    /// Lines that are none of an event log.
    package var unreadable = 0
    /// Times that the store could not be written.
    package var failures = 0
    /// Why the last one was.
    package var lastFailure: String?
  }

  private struct State {
    var report = Report()
    /// Files as they were when they had been read to their ends.
    var known: [EventLogFiles.Stamp] = []
    var waiting: [CheckedContinuation<Void, Never>] = []
    var isEnding = false
  }

  /// Seconds after which the log is read again without a notification.
  private static let interval = 1.0

  private let database: EventDatabase
  private let logs: [EventLogFiles]
  private let folder: String?
  private let state = Mutex(State())
  private let wake = Wakeup()
  private let thread = OwnedThread()

  /// A follower that fills `database` from the logs at `paths`, and from all in `folder`.
  package init(_ database: EventDatabase, logs paths: [String], folder: String? = nil) {
    self.database = database
    self.folder = folder
    logs = paths.map(EventLogFiles.init)
  }

  package var report: Report { state.withLock { $0.report } }

  /// Begins. Throws where there is no thread to be had.
  package func start() throws(PipelineError) {
    try thread.start("event store") { self.serve() }
  }

  /// The log has grown.
  package func notify() { wake.notify() }

  /// Returns when the store has all that was in the log at the time of the call.
  package func update() async {
    await withCheckedContinuation { continuation in
      let isServed = state.withLock { state in
        if !state.isEnding { state.waiting.append(continuation) }
        return !state.isEnding
      }
      if isServed { wake.notify() } else { continuation.resume() }
    }
  }

  /// Reads what is left of the log and ends the thread.
  package func stop() async {
    await thread.stop {
      state.withLock { $0.isEnding = true }
      wake.notify()
    }
  }

  private func serve() {
    while true {
      let (isEnding, waiting) = state.withLock { state in
        defer { state.waiting = [] }
        return (state.isEnding, state.waiting)
      }
      catchUp()
      for continuation in waiting { continuation.resume() }
      if isEnding {
        for continuation in state.withLock({ $0.waiting }) { continuation.resume() }
        return
      }
      wake.wait(seconds: Self.interval)
    }
  }

  /// Reads all files to their ends, once.
  package func catchUp() {
    let known = state.withLock { $0.known }
    var stamps: [EventLogFiles.Stamp] = []
    for path in logs.flatMap(\.paths) + (folder.map(EventLogFiles.all) ?? []) {
      guard let stamp = EventLogFiles.Stamp(path) else { continue }
      if known.contains(stamp) {
        stamps.append(stamp)
        continue
      }
      do {
        try read(path)
        stamps.append(stamp)
      } catch {
        state.withLock { state in
          state.report.failures += 1
          state.report.lastFailure = "\(error)"
        }
      }
    }
    state.withLock { [stamps] in $0.known = stamps }
  }

  private func read(_ path: String) throws {
    guard let reading = try EventLogFiles.Reading(path) else { return }
    var offset = try database.offset(ofLog: reading.head)
    // Somebody emptied the file and wrote the same first line: it is read again, and lines that are known are skipped.
    if try reading.isShorter(than: offset) { offset = 0 }
    while true {
      let lines = try reading.lines(from: offset)
      if lines.isEmpty { return }
      offset += Int64(lines.count)
      let additions = try database.add(lines, ofLog: reading.head, readTo: offset)
      state.withLock { state in
        state.report.added += additions.added
        state.report.unreadable += additions.unreadable
      }
    }
  }
}
