package import EventStore
import Foundation
package import Outputs
import Recording
import Settings

extension ServiceRun {
  /// The history that `outputs` configure. If its store cannot be opened, that is logged and the service runs without.
  static func history(_ outputs: OutputSettings, log: (LogLine) -> Void) -> EventHistory? {
    guard let lines = outputs.eventLog, let store = outputs.eventStore, isPlainFile(lines) else { return nil }
    do { return try EventHistory(path: store, log: lines) } catch {
      log(LogLine(.error, "events are logged, but cannot be asked for: \(error)"))
      return nil
    }
  }

  /// A log that goes to a pipe or a terminal cannot be read again.
  private static func isPlainFile(_ path: String) -> Bool {
    let type = (try? FileManager.default.attributesOfItem(atPath: path))?[.type] as? FileAttributeType
    return type == nil || type == .typeRegular || type == .typeSymbolicLink
  }

  /// Reads the log, and restores events from recordings whose lines are missing.
  func fillHistory() async {
    guard let history else { return }
    await history.update()
    guard let media = supervisor.media else { return }
    let found = FoundRecording.all(in: media.path)
    do throws(EventStoreError) {
      _ = try history.database.adopt(found.flatMap(\.lines))
      // If the folder is empty, its disk may not be mounted.
      if !found.isEmpty { _ = try history.database.forgetFiles(otherThan: Set(found.flatMap(\.files))) }
    } catch { log(LogLine(.error, "\(error)")) }
  }

  /// Connects history and retention: which recordings have to be kept, and which were removed.
  func retainByHistory() {
    guard let history else { return }
    supervisor.retain(by: RetentionRules.Knowledge(of: history, log: log))
  }

  /// The recording of the event `identifier`, from the store; `clip` is the index of one of its clips, or `nil` for the latest.
  func storedRecording(_ kind: MediaName.Kind, of identifier: String, clip: Int?) async -> String? {
    guard let event = try? await history?.database.event(identifier)?.event else { return nil }
    if kind == .snapshot { return event.snapshot.flatMap { supervisor.media?.recording(at: $0) } }
    let path = clip.map { event.clips.indices.contains($0) ? event.clips[$0].path : nil } ?? event.clip
    guard let path else { return nil }
    return kind == .clip
      ? supervisor.media?.recording(at: path)
      : supervisor.media?.trace(of: identifier, label: event.label ?? "object", clip: path)
  }

  package func image(of identifier: String) async -> EventImage? {
    // What is not in the store yet.
    if let evidence = supervisor.media?.evidence(of: identifier), let path = evidence.snapshot {
      return EventImage(path: path, label: MediaName.label(of: path) ?? "object", box: evidence.snapshotBox)
    }
    guard let event = try? await history?.database.event(identifier)?.event, let path = event.snapshot else {
      return nil
    }
    return supervisor.media?.recording(at: path).map { EventImage(path: $0, event: event.json) }
  }

  package func removeRecordings(_ paths: [String], of events: [StoredEvent]) {
    guard let media = supervisor.media else { return }
    let traces = events.flatMap { event in
      event.clips.compactMap { media.trace(of: event.id, label: event.label ?? "object", clip: $0.path) }
    }
    for path in paths + traces { media.remove(path) }
  }
}

extension RetentionRules.Knowledge {
  /// What `history` knows of recordings; failures to note that one is gone are logged.
  init(of history: EventHistory, log: @escaping @Sendable (LogLine) -> Void) {
    self.init(
      kept: { try history.database.kept() }, alerts: { try history.database.alerts(among: $0) },
      alertSpans: { try history.database.alertSpans(of: $0, touching: $1) },
      forget: { paths in
        do throws(EventStoreError) { try history.database.forget(files: paths) } catch {
          log(LogLine(.error, "\(error)"))
        }
      })
  }
}
