import EventStore
import Foundation
import Recording
import Settings

extension ServiceRun {
  /// The history that `outputs` configure. If its store cannot be opened, that is logged and the service runs without.
  static func history(_ outputs: OutputSettings, log: (LogLine) -> Void) -> EventHistory? {
    guard let lines = outputs.eventLog, let store = outputs.eventStore, isPlainFile(lines) else { return nil }
    do { return try EventHistory(path: store, log: lines, footage: outputs.events.footage) } catch {
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
      _ = try history.database.adopt(found.map(\.line))
      // If the folder is empty, its disk may not be mounted.
      if !found.isEmpty { _ = try history.database.forgetFiles(otherThan: Set(found.flatMap(\.files))) }
    } catch { log(LogLine(.error, "\(error)")) }
  }

  /// Connects history and retention: which recordings have to be kept, and which were removed.
  func retainByHistory() {
    guard let history else { return }
    supervisor.retain(by: RetentionRules.Knowledge(of: history, log: log))
  }

  /// The recording of the event `identifier`, from the store.
  func storedRecording(_ kind: MediaName.Kind, of identifier: String) async -> String? {
    guard let event = try? await history?.database.event(identifier)?.event else { return nil }
    switch kind {
    case .clip: return event.clip.flatMap { supervisor.media?.recording(at: $0) }
    case .snapshot: return event.snapshot.flatMap { supervisor.media?.recording(at: $0) }
    case .trace:
      guard let label = event.label else { return nil }
      return supervisor.media?.trace(of: identifier, camera: event.camera, label: label, began: event.start)
    }
  }
}

extension RetentionRules.Knowledge {
  /// What `history` knows of recordings; failures to note that one is gone are logged.
  init(of history: EventHistory, log: @escaping @Sendable (LogLine) -> Void) {
    self.init(
      kept: { try history.database.keptFiles() }, alerts: { try history.database.alerts(among: $0) },
      alertSpans: { try history.database.alertSpans(of: $0, touching: $1) },
      forget: { paths in
        do throws(EventStoreError) { try history.database.forget(files: paths) } catch {
          log(LogLine(.error, "\(error)"))
        }
      })
  }
}
