import Foundation
import JSON
import LiveView
import MQTT
import Outputs
package import Pipeline
import Publishing
package import Recording
import Settings
import Synchronization
package import Web

extension ServiceRun: WebService {
  package var version: String { ProgramVersion.current }

  package var frigate: FrigateAnswers? {
    guard let settings = outlets.frigate else { return nil }
    let reports = supervisor.cameras.map(\.report)
    let house = FrigateServer(
      supervisor.home(outlets.switches), prefix: settings.prefix, clientID: settings.broker.clientID)
    let uptime = Double(MonotonicTime.nanoseconds - start) / 1e9
    let inference =
      reports.filter { $0.inferTime.count > 0 }.map { $0.inferTime.quantile(0.5).seconds * 1e3 }.max() ?? 0
    return FrigateAnswers(
      version: house.version, configuration: house.configuration.text,
      statistics: house.statistics(
        rates: rates.measure(reports, at: uptime), inference: inference, uptime: uptime,
        now: Date.now.timeIntervalSince1970
      ).text)
  }

  package var cameras: [any WebCamera] { supervisor.cameras }

  package func camera(_ name: String) -> (any WebCamera)? { supervisor.camera(name) }

  package var updates: Broadcast<ServerSentEvent> { supervisor.journal.updates }

  package var opening: [ServerSentEvent] {
    let recent = supervisor.journal.recent
    return [supervisor.list] + supervisor.cameras.map { ServerSentEvent(name: "camera", data: $0.json) }
      + recent.map { ServerSentEvent(name: "event", data: $0) }
  }

  package func recording(_ kind: MediaName.Kind, of identifier: String, clip: Int?) async -> String? {
    guard kind != .trace, clip == nil, let evidence = supervisor.media?.evidence(of: identifier) else {
      return await storedRecording(kind, of: identifier, clip: clip)
    }
    // A movement may have no file yet; an earlier one has.
    if let path = kind == .clip ? evidence.clip : evidence.snapshot { return path }
    return await storedRecording(kind, of: identifier, clip: nil)
  }

  package var segments: SegmentFolder? { supervisor.media.map { SegmentFolder(path: $0.path) } }

  package var unreadiness: String? { state.withLock { $0.isRunning } ? supervisor.stuck : "starting or stopping" }

  package var isStuck: Bool { supervisor.stuck != nil }

  package var metrics: String {
    let journal = supervisor.journal.report
    return ServiceMetrics(
      cameras: supervisor.cameras.map(\.report), events: journal.counts, losses: journal.losses,
      configured: state.withLock { $0.configured.timeIntervalSince1970 },
      listeners: supervisor.journal.updates.listenerCount, publishing: outlets.publishing, calling: outlets.calling,
      recordings: supervisor.recordings
    ).text
  }

  package var statistics: String {
    var figures = ProcessFigures.now.json(since: start)
    let journal = supervisor.journal.report
    if let storage = supervisor.recordings?.storage {
      figures.add(
        "storage",
        value: [
          "used_bytes": .integer(Int(storage.usedBytes)), "free_bytes": .integer(Int(storage.freeBytes)),
          "files": .integer(storage.files),
        ])
    }
    figures.add("events", value: .counts(journal.counts))
    figures.add("lost_lines", journal.losses.failures + journal.losses.dropped)
    figures.add("sinks", json: "[\(outlets.states.joined(separator: ","))]")
    return figures.text
  }

  package func reload() async -> ReloadOutcome {
    await withCheckedContinuation { answer in
      // After the end nothing would answer.
      if case .terminated = orders.yield(.reload(answer)) {
        answer.resume(returning: .refused(Self.ending))
      }
    }
  }
}

extension WatchedCamera: WebCamera {
  var hasSegments: Bool { report.hasSegments }

  var segments: SegmentFeed? { streams.segments }

  var statusImage: StatusImage {
    let report = record.report
    return StatusImage(isEnabled: report.isEnabled, state: report.state, width: report.width, height: report.height)
  }

  var json: String { report.json }

  var marks: String { settings.marks(classes: plan.classes) }
}
