import Inference
import JSON
import Outputs
import Pipeline
import Recording
import Scene
import Settings
import Synchronization
import Web

/// Watches the cameras of a configuration, and changes to another one without interrupting unchanged cameras.
final class Supervisor: Sendable {
  /// Result of a change of configuration.
  struct Changes: Hashable, Sendable {
    var kept = 0, started = 0, stopped = 0
  }

  let classes: ClassCatalogue
  let journal: Journal
  /// Folder of clips and snapshots, if any are kept.
  let media: MediaFolder?
  private let retention: Retention?
  private let keeper: MemoryKeeper?
  private let switches: SwitchBoard?
  private let queue = TurnQueue()
  private let workers: Workers
  private let watched = WatchedCameras()

  /// A supervisor without cameras that runs `detector` on `workers` threads.
  ///
  /// - Parameter memories: folder of the cameras' saved state; `nil` for none.
  init(
    detector: Detector, workers: Int, journal: Journal, media: MediaFolder? = nil, limits: StorageSettings = .init(),
    memories: MemoryFolder? = nil, switches: SwitchBoard? = nil
  ) throws(ServiceError) {
    self.switches = switches
    classes = detector.classes
    self.media = media
    do throws(PipelineError) { retention = if let media { try Retention(limits, folder: media) } else { nil } } catch {
      throw ServiceError(.system, "cannot start a thread: \(error)", cause: error)
    }
    do throws(PipelineError) {
      keeper =
        if let memories {
          try MemoryKeeper(memories, heat: { [watched] in watched.all.map(\.heat) }) { [watched] in
            Dictionary(uniqueKeysWithValues: watched.all.map { ($0.settings.name, $0.memory) })
          }
        } else { nil }
    } catch {
      retention?.end()
      throw ServiceError(.system, "cannot start a thread: \(error)", cause: error)
    }
    self.journal = journal
    do throws(ServiceError) { self.workers = try Workers(workers, detector: detector, queue: queue) } catch {
      retention?.end()
      keeper?.end()
      throw error
    }
  }

  /// The cameras, in the order of the configuration.
  var cameras: [WatchedCamera] { watched.all }

  /// The names of all cameras; viewers remove others.
  var list: ServerSentEvent {
    ServerSentEvent(name: "cameras", data: "[\(cameras.map(\.settings.name.json).joined(separator: ","))]")
  }

  /// The camera called `name`.
  func camera(_ name: String) -> WatchedCamera? { cameras.first { $0.settings.name == name } }

  /// Watches exactly the cameras `wanted`. Errors are found before anything changes. Only one task may call this at a time.
  func watch(_ wanted: [CameraSettings]) async throws(ServiceError) -> Changes {
    var plans: [DetectionPlan] = []
    for settings in wanted { plans.append(try DetectionPlan(settings, classes: classes)) }
    let present = cameras
    let leaving = present.filter { !wanted.contains($0.settings) }
    var changes = Changes(stopped: leaving.count)
    await Self.stop(leaving)
    var next: [WatchedCamera] = []
    for (settings, plan) in zip(wanted, plans) {
      if let camera = present.first(where: { $0.settings == settings }) {
        changes.kept += 1
        next.append(camera)
      } else {
        let camera = WatchedCamera(
          settings, plan: plan, queue: queue, journal: journal, media: media, memories: keeper?.folder,
          switches: CameraSwitches(settings.name, board: switches))
        camera.start()
        changes.started += 1
        next.append(camera)
      }
    }
    watched.replace(with: next)
    retention?.change { rules in
      rules.cameras = Dictionary(wanted.map { ($0.name, $0.record.retain) }) { first, _ in first }
      rules.continuous = Dictionary(wanted.map { ($0.name, $0.record) }) { first, _ in first }
    }
    if journal.updates.hasListeners {
      for camera in next { journal.updates.send(ServerSentEvent(name: "camera", data: camera.report.json)) }
      // Last, because a slow listener loses the oldest messages.
      journal.updates.send(list)
    }
    return changes
  }

  /// Stops watching, and ends all threads.
  func stop() async {
    keeper?.end()
    let all = watched.replace(with: [])
    await Self.stop(all)
    await workers.stop()
    await retention?.stop()
    await journal.finish()
    journal.updates.finish()
  }

  /// Applies the limits of `storage`; `false` if it names another folder than the present one.
  func keep(_ storage: StorageSettings) -> Bool {
    guard storage.path == media?.path else { return false }
    retention?.change(to: storage)
    return true
  }

  /// Lets the removal of recordings depend on `knowledge` about their events.
  func retain(by knowledge: RetentionRules.Knowledge) { retention?.change { $0.knowledge = knowledge } }

  /// State of the recordings; `nil` if none are kept.
  var recordings: (files: MediaFolder.Report, storage: Retention.Report)? {
    guard let media, let retention else { return nil }
    return (media.report, retention.report)
  }

  /// The saved states of `cameras`, by their names.
  func memories(of cameras: [CameraSettings]) -> [String: CameraMemory] {
    Dictionary(
      cameras.compactMap { camera in keeper?.folder.memory(of: camera.name).map { (camera.name, $0) } }
    ) { first, _ in first }
  }

  /// Counts of saved camera states; `nil` if they are not saved.
  var memories: MemoryKeeper.Report? { keeper?.report }

  /// Lets cameras that are offline end what was active there. Called now and then.
  func noteOutages() { for camera in cameras { camera.noteOutage() } }

  /// What has stopped, in words; `nil` if nothing has.
  var stuck: String? {
    let watched = cameras.filter(\.settings.isEnabled).map { camera in
      (name: camera.settings.name, silence: Double(camera.record.silence) / 1e9, timeout: camera.settings.timeout)
    }
    return Progress.stuck(turn: Double(workers.longestTurn) / 1e9, cameras: watched)
  }

  private static func stop(_ cameras: [WatchedCamera]) async {
    await withTaskGroup(of: Void.self) { group in
      for camera in cameras { group.addTask { await camera.stop() } }
    }
  }
}

/// The cameras that are watched.
private final class WatchedCameras: Sendable {
  private let cameras = Mutex<[WatchedCamera]>([])

  var all: [WatchedCamera] { cameras.withLock { $0 } }

  /// Returns those that were there before.
  @discardableResult
  func replace(with next: [WatchedCamera]) -> [WatchedCamera] {
    cameras.withLock { cameras in
      defer { cameras = next }
      return cameras
    }
  }
}
