package import EventStore
import JSON
package import Outputs
package import Pipeline
package import Recording
import Settings
package import Web

extension CollectorRun: WebService {
  package var version: String { ProgramVersion.current }

  package var unreadiness: String? { isReady ? nil : "starting or stopping" }

  package var cameras: [any WebCamera] { fleet.cameras }

  package func camera(_ name: String) -> (any WebCamera)? { fleet.cameras.first { $0.name == name } }

  package var updates: Broadcast<ServerSentEvent> { fleet.updates }

  package var opening: [ServerSentEvent] {
    [fleet.list] + fleet.cameras.map { ServerSentEvent(name: "camera", data: $0.json) }
  }

  package func recording(_ kind: MediaName.Kind, of identifier: String, clip: Int?) async -> String? {
    guard kind == .snapshot, let event = try? await history?.database.find(identifier) else { return nil }
    return event.snapshot.flatMap { media?.recording(at: $0) }
  }

  package func image(of identifier: String) async -> EventImage? {
    guard let event = try? await history?.database.find(identifier), let path = event.snapshot else {
      return nil
    }
    return media?.recording(at: path).map { EventImage(path: $0, event: event.json) }
  }

  package func removeRecordings(_ paths: [String], of events: [StoredEvent]) {
    for path in paths { media?.remove(path) }
  }

  package func change(_ camera: String, _ values: [String: Bool]) async -> ReloadOutcome {
    .refused("a collector switches nothing: expected the box of \(camera)")
  }

  package func switches(of camera: String) -> [String: Bool] { [:] }

  package func reload() async -> ReloadOutcome { .refused("a collector reads its configuration when it starts") }

  package var statistics: String {
    let report = fleet.report
    var figures = ProcessFigures.now.json(since: start)
    figures.add("events", value: .counts(["collected": report.written]))
    figures.add("lost_lines", report.failures)
    figures.add("sinks", value: .array(readers.map(\.json)))
    return figures.text
  }

  package var metrics: String {
    var text = MetricsText()
    let report = fleet.report
    text.family("build_info", .gauge, "Version of the program; always 1.")
    text.sample("build_info", [("version", ProgramVersion.current)], 1)
    text.family("collector_broker_up", .gauge, "Whether a broker is connected.")
    for reader in readers {
      text.sample("collector_broker_up", [("broker", reader.topics.broker)], reader.state.isConnected ? 1 : 0)
    }
    text.family("collector_box_up", .gauge, "Whether a box is online, by its own messages.")
    for box in fleet.presence { text.sample("collector_box_up", [("box", box.name)], box.isThere ? 1 : 0) }
    text.family("collector_events_total", .counter, "Messages by what became of them.")
    text.sample("collector_events_total", [("outcome", "written")], report.written)
    text.sample("collector_events_total", [("outcome", "unreadable")], report.unreadable)
    text.family("sink_errors_total", .counter, "Lines and files that could not be written, or not to their end.")
    text.sample("sink_errors_total", [("sink", "jsonl")], report.failures)
    ProcessFigures.now.write(to: &text)
    return text.text
  }
}

extension BrokerReader {
  /// How it is doing, as the page shows it.
  fileprivate var json: JSONValue {
    let state = state
    return [
      "name": .string("broker \(topics.broker)"), "state": .string(state.isConnected ? "connected" : "waiting"),
      "last_failure": .optional(state.failure),
    ]
  }
}
