import Outputs
import Pipeline
import Scene
import Streaming
import Synchronization
import Web

/// Distributes events of all cameras to sinks, each with its own queue, to outlets, and to listeners. Nothing here waits for a
/// disk.
///
/// While the disk is full, lines are lost and counted; writing continues when there is space.
final class Journal: Sendable {
  private struct State {
    var host: SinkHost
    /// Losses of sinks from before a change of configuration.
    var former = Losses()
    var counts: [String: Int] = [:]
    var recent: [StampedEvent] = []
    /// Identifiers in the events of this run; `nil` once it is known what earlier runs left open.
    var identifiers: Set<String>? = []
  }

  /// Events that could not be written, or were dropped because a sink was too slow.
  struct Losses: Sendable {
    var failures = 0
    var dropped = 0
    var lastFailure: String?

    mutating func add(_ reports: [SinkReport]) {
      for report in reports {
        failures += report.failures
        dropped += report.dropped
        lastFailure = report.lastFailure ?? lastFailure
      }
    }
  }

  /// Number of events that are kept for new listeners.
  private static let remembered = 50

  private let state: Mutex<State>
  /// Where events leave the service, besides files.
  private let outlets: Outlets?
  /// Receives lines for the operator.
  let log: @Sendable (LogLine) -> Void
  /// Messages of the event stream.
  let updates = Broadcast<ServerSentEvent>()

  /// A journal that is written to the file at `path`, if there is one.
  init(
    path: String?, rotation: LogRotation? = nil, outlets: Outlets? = nil,
    log: @escaping @Sendable (LogLine) -> Void = { _ in }
  ) throws(OutputError) {
    self.outlets = outlets
    self.log = log
    state = Mutex(State(host: try Self.host(path, rotation)))
  }

  private static func host(_ path: String?, _ rotation: LogRotation?) throws(OutputError) -> SinkHost {
    guard let path else { return SinkHost([]) }
    try LineFile.checkWritable(path)
    return SinkHost([SinkRequest(SinkRegistry.events(rotation: rotation), target: path)])
  }

  /// Takes an event.
  func note(_ event: StampedEvent) {
    state.withLock { state in
      state.counts[event.event.kind.name, default: 0] += 1
      state.identifiers?.insert(event.identifier)
      if event.event.kind != .update {
        if state.recent.count == Self.remembered { state.recent.removeFirst() }
        state.recent.append(event)
      }
      state.host.sinks.deliver(event)
    }
    outlets?.publish(event)
    if updates.hasListeners { updates.send(ServerSentEvent(name: "event", data: event.json)) }
  }

  /// Identifiers in all events so far. They are not collected any longer.
  func takeIdentifiers() -> Set<String> { state.withLock { $0.identifiers.take() ?? [] } }

  /// Opens the file again, which may have been moved away, or another one. On failure the old one is kept.
  func reopen(at path: String?, rotation: LogRotation? = nil) async throws(OutputError) {
    let fresh = try Self.host(path, rotation)
    let old = state.withLock { state in
      let old = state.host
      state.host = fresh
      return old
    }
    await old.finish()
    let reports = old.sinks.reports
    state.withLock { $0.former.add(reports) }
  }

  /// Writes waiting events and closes the file. Later events are not written.
  func finish() async { await state.withLock { $0.host }.finish() }

  /// The last events, oldest first, without updates.
  var recent: [String] { state.withLock { $0.recent }.map(\.json) }

  /// Numbers of events by kind, and the losses.
  var report: (counts: [String: Int], losses: Losses) {
    state.withLock { state in
      var losses = state.former
      losses.add(state.host.sinks.reports)
      return (state.counts, losses)
    }
  }
}
