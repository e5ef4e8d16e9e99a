package import EventStore
import Foundation
package import Outputs
import Recording
import Scene
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

  /// Reads the log, restores events from recordings whose lines are missing, and ends what an earlier run left open.
  ///
  /// - Parameter memories: saved states of cameras, from before they were watched.
  func fillHistory(_ memories: [String: CameraMemory]) async {
    guard let history else {
      _ = supervisor.journal.takeIdentifiers()
      return
    }
    await history.update()
    adoptRecordings(history.database)
    await endUnfinished(history.database, memories)
  }

  private func adoptRecordings(_ store: EventDatabase) {
    guard let media = supervisor.media else { return }
    do throws(EventStoreError) {
      // The cameras run already: what they record while the folder is read is not among these.
      let named = try store.namedFiles()
      let found = FoundRecording.all(in: media.path)
      _ = try store.adopt(found.flatMap(\.lines))
      // If the folder is empty, its disk may not be mounted.
      if !found.isEmpty { _ = try store.forgetFiles(otherThan: Set(found.flatMap(\.files)), among: named) }
    } catch { log(LogLine(.error, "\(error)")) }
  }

  /// Ends the events that an earlier run, which was killed, left open in the log. Their last moment is that of their last line, or
  /// that at which they were saved as open.
  private func endUnfinished(_ store: EventDatabase, _ memories: [String: CameraMemory]) async {
    do throws(EventStoreError) {
      let unfinished = try await store.unfinished()
      // Each event of this run that the store has is among them, because the log is written later.
      let present = supervisor.journal.takeIdentifiers().union(memories.values.flatMap(\.known).map(\.identifier))
      let now = EventClock.wallMilliseconds
      var lastSeen: [String: Int64] = [:]
      var ends: [StampedEvent] = []
      for object in unfinished.objects where !present.contains(object.id) {
        let memory = memories[object.camera]
        let isSaved = memory?.objects.contains { $0.identifier == object.id } ?? false
        guard let end = StampedEvent(endingAfter: object.json, open: isSaved ? memory?.saved : nil, now: now) else {
          continue
        }
        lastSeen[object.id] = end.lastSeen
        ends.append(end)
      }
      for visit in unfinished.visits where !present.contains(visit.id) {
        let members = try await store.events(visit.objects).compactMap {
          lastSeen[$0.id] ?? $0.end.flatMap { FootageTime.milliseconds($0) }
        }
        if let end = StampedEvent(endingAfter: visit.json, members: members, now: now) { ends.append(end) }
      }
      for end in ends {
        if let camera = supervisor.camera(end.camera) {
          camera.events.publish(end, evidence: end.evidence)
        } else {
          supervisor.journal.note(end)
        }
      }
      guard !ends.isEmpty else { return }
      log(LogLine(.info, "ended \(ends.count.counted("event")) that an earlier run had left open"))
    } catch { log(LogLine(.error, "\(error)")) }
  }

  /// Connects history and retention: which recordings have to be kept, and which were removed.
  func retainByHistory() {
    guard let history else { return }
    supervisor.retain(by: RetentionRules.Knowledge(of: history, log: log))
  }

  /// The recording of the event `identifier`, from the store; `clip` is the index of one of its clips, or `nil` for the latest.
  func storedRecording(_ kind: MediaName.Kind, of identifier: String, clip: Int?) async -> String? {
    guard let event = try? await history?.database.find(identifier) else { return nil }
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
    guard let event = try? await history?.database.find(identifier), let path = event.snapshot else {
      return nil
    }
    return supervisor.media?.recording(at: path).map { EventImage(path: $0, event: event.json) }
  }

  package func removeRecordings(_ paths: [String], of events: [StoredEvent]) {
    guard let media = supervisor.media else { return }
    media.delete(events.filter { $0.end == nil }.map(\.id))
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
