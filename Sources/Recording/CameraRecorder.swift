package import FFmpeg
package import Imaging
package import Outputs
package import Pipeline
package import Scene
package import Settings
import Synchronization

/// Records one camera on a thread of its own: nothing that becomes of a disk holds up anyone else.
///
/// Workers tell what they see; the ends of tracks come back through `publish` when their files are on the disk.
package final class CameraRecorder: Sendable {
  private struct Inbox {
    var occurrences: [EventLines.Occurrence] = []
    var pictures: [BestPicture] = []
    /// The score of the best picture of each track that is there.
    var best: [Int: Float] = [:]
    var pool: PixelPool?
    var isEnding = false
  }

  private struct Working {
    let thread: WorkThread
    let task: Task<Void, Never>
  }

  /// Ends of tracks, in order, with the files that show them.
  package typealias Publishing = @Sendable (EventLines.Occurrence, EventLines.Evidence) -> Void

  private let settings: CameraSettings
  private let classes: ClassCatalogue
  private let ring: PacketRing?
  private let folder: MediaFolder
  private let inbox = Mutex(Inbox())
  private let wake = Wakeup()
  private let working = Mutex<Working?>(nil)

  /// A recorder of the camera with `settings`, whose packets come through `ring`; `nil` if nothing of it is to be recorded.
  package init?(_ settings: CameraSettings, classes: ClassCatalogue, ring: PacketRing?, folder: MediaFolder) {
    let record = settings.record
    guard settings.track.isEnabled, record.hasSnapshots || (record.hasClips && ring != nil) else { return nil }
    self.settings = settings
    self.classes = classes
    self.ring = ring
    self.folder = folder
  }

  /// Begins. Throws where there is no thread to be had.
  package func start(publish: @escaping Publishing) throws(PipelineError) {
    let thread = try WorkThread(name: "record \(settings.name)")
    let task = Task(executorPreference: thread) { self.serve(publish) }
    working.withLock { $0 = Working(thread: thread, task: task) }
  }

  /// Ends: what is under way is finished now, and all ends are told. Returns when the thread has ended.
  package func stop() async {
    guard let working = working.withLock({ $0.take() }) else { return }
    inbox.withLock { $0.isEnding = true }
    wake.notify()
    await working.task.value
    working.thread.join()
  }

  /// Takes in the start or the end of a track; `false` if nobody will tell the end.
  package func take(_ occurrence: EventLines.Occurrence) -> Bool {
    guard working.withLock({ $0 != nil }) else { return false }
    let id = occurrence.event.track.id
    inbox.withLock { inbox in
      switch occurrence.event.kind {
      case .start: inbox.best[id] = -1
      case .end: inbox.best[id] = nil
      case .update: return
      }
      inbox.occurrences.append(occurrence)
    }
    wake.notify()
    return true
  }

  /// Looks whether `picture` shows a track better than those before, and keeps a copy if so.
  ///
  /// When several better ones come before one has been encoded, some are passed over: the next better one is as good.
  package func see(_ picture: borrowing PixelBuffer, _ findings: FrameFindings) throws(ImagingError) {
    guard settings.record.hasSnapshots else { return }
    let layout = picture.layout
    let (better, known) = inbox.withLock { inbox in
      (findings.tracks.filter { $0.detection.score > inbox.best[$0.id] ?? .infinity }, inbox.pool)
    }
    guard !better.isEmpty else { return }
    let pool = if let known, known.layout == layout { known } else { try PixelPool(layout: layout, capacity: 3) }
    guard let copy = try pool.copy(of: picture) else { return }
    let best = BestPicture(copy, findings: findings, tracks: better.map(\.id))
    inbox.withLock { inbox in
      inbox.pool = pool
      for track in better where inbox.best[track.id] != nil {
        // A little better is not worth an encoding.
        inbox.best[track.id] = track.detection.score + 0.02
      }
      inbox.pictures.append(best)
    }
    wake.notify()
  }

  private func serve(_ publish: Publishing) {
    // A track is sure after a few looks, and a look may have to wait.
    let delay = min(4 / settings.detect.rate + settings.detect.maxAge + 1, 60)
    var desk = RecordingDesk(settings, classes: classes, ring: ring, delay: delay, folder: folder)
    while true {
      wake.wait(seconds: desk.isIdle ? nil : 0.25)
      let (occurrences, pictures, isEnding) = inbox.withLock { inbox in
        defer { (inbox.occurrences, inbox.pictures) = ([], []) }
        return (inbox.occurrences, inbox.pictures, inbox.isEnding)
      }
      desk.take(occurrences, pictures)
      for (occurrence, evidence) in desk.work(now: PacketRing.now(), isLast: isEnding) { publish(occurrence, evidence) }
      if isEnding { return }
    }
  }
}
