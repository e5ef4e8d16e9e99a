import Foundation
import LiveView
import Outputs
package import Pipeline
package import Recording
import Settings
import Synchronization
package import Web

extension ServiceRun: WebService {
  package var version: String { ProgramVersion.current }

  package var cameras: [any WebCamera] { supervisor.cameras }

  package func camera(_ name: String) -> (any WebCamera)? { supervisor.camera(name) }

  package var news: Broadcast<News> { supervisor.journal.news }

  package var opening: [News] {
    let recent = supervisor.journal.recent
    return [supervisor.list] + supervisor.cameras.map { News(name: "camera", data: $0.json) }
      + recent.map { News(name: "event", data: $0) }
  }

  package func recording(_ kind: MediaName.Kind, of identifier: String) async -> String? {
    guard kind != .trace, let evidence = supervisor.media?.evidence(of: identifier) else {
      return await storedRecording(kind, of: identifier)
    }
    return kind == .clip ? evidence.clip : evidence.snapshot
  }

  package func removeRecordings(_ paths: [String]) { for path in paths { supervisor.media?.remove(path) } }

  package var unreadiness: String? { state.withLock { $0.isRunning } ? supervisor.stuck : "starting or stopping" }

  package var metrics: String {
    let journal = supervisor.journal.report
    return ServiceMetrics(
      cameras: supervisor.cameras.map(\.report), events: journal.counts, losses: journal.losses,
      configured: state.withLock { $0.configured.timeIntervalSince1970 },
      listeners: supervisor.journal.news.listenerCount, publishing: outlets.publishing, calling: outlets.calling,
      recordings: supervisor.recordings
    ).text
  }

  package var statistics: String {
    let figures = ProcessFigures.now
    let journal = supervisor.journal.report
    let storage =
      supervisor.recordings.map { $0.storage }.map {
        "\"storage\":{\"used_bytes\":\($0.usedBytes),\"free_bytes\":\($0.freeBytes),\"files\":\($0.files)},"
      } ?? ""
    let events = journal.counts.sorted { $0.key < $1.key }.map { "\($0.key.json):\($0.value)" }.joined(separator: ",")
    return "{\"uptime_s\":\((Double(MonotonicTime.nanoseconds - start) / 1e9).json(places: 1)),"
      + "\"resident_bytes\":\(figures.residentBytes),\"open_files\":\(figures.openFiles),"
      + "\"threads\":\(figures.threads),\"cpu_s\":\(figures.processorSeconds.json(places: 2)),"
      + storage + "\"events\":{\(events)},\"lost_lines\":\(journal.losses.failures + journal.losses.dropped)}"
  }

  package func reload() async -> ReloadOutcome {
    await withCheckedContinuation { answer in
      // After the end nobody would answer.
      if case .terminated = orders.yield(.reload(answer)) {
        answer.resume(returning: .refused(Self.ending))
      }
    }
  }
}

extension WatchedCamera: WebCamera {
  var hasSegments: Bool { record.report.hasSegments }

  var plate: CameraPlate {
    let report = record.report
    return CameraPlate(isEnabled: report.isEnabled, state: report.state, width: report.width, height: report.height)
  }

  var json: String { report.json }

  var marks: String { settings.marks(classes: plan.classes) }
}
