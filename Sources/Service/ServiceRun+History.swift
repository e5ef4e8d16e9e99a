import EventStore
import Foundation
import Recording
import Settings

extension ServiceRun {
  /// The history that `outputs` ask for. A store that cannot be had costs the history, not the service: it is
  /// logged.
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

  /// Reads the log, and takes recordings whose lines are gone for events.
  func fillHistory() async {
    guard let history else { return }
    await history.update()
    guard let media = supervisor.media else { return }
    let found = FoundRecording.all(in: media.path)
    do throws(EventStoreError) {
      _ = try history.database.adopt(found.map(\.line))
      // An empty folder may be one whose disk is not there.
      if !found.isEmpty { _ = try history.database.forgetFiles(otherThan: Set(found.flatMap(\.files))) }
    } catch { log(LogLine(.error, "\(error)")) }
  }

  /// Lets the history say which recordings stay, and hear which are gone.
  func retainByHistory() {
    guard let history else { return }
    supervisor.retain(
      by: RetentionRules.Knowledge(
        kept: { try history.database.keptFiles() },
        alerts: { try history.database.alerts(among: $0) },
        alertSpans: { try history.database.alertSpans(of: $0, touching: $1) },
        forget: { [log] paths in
          do throws(EventStoreError) { try history.database.forget(files: paths) } catch {
            log(LogLine(.error, "\(error)"))
          }
        }))
  }

  /// The file that shows the event `identifier`, by the store.
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
