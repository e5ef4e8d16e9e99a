package import FFmpeg
package import Imaging
package import Outputs
package import Pipeline
package import Scene
package import Settings
import Synchronization

/// Records one camera on its own thread, so that a slow disk delays nothing else.
///
/// Workers report events and frames. `publish` gets updates with the files that are on the disk by then, and ends of objects when
/// all their files are.
package final class CameraRecorder: Sendable {
  struct Inbox {
    /// Places that wait at most, for a disk that hangs: without them a trace has a gap.
    static let placeLimit = 20_000

    var events: [StampedEvent] = []
    var images: [EventRecorder.Image] = []
    private(set) var places: [EventRecorder.Place] = []
    /// Active objects, by their tracks.
    var wanted: [Int: WantedImage] = [:]
    var pool: PixelPool?
    var isEnding = false

    mutating func note(_ place: EventRecorder.Place) { if places.count < Self.placeLimit { places.append(place) } }

    /// Takes all places out.
    mutating func takePlaces() -> [EventRecorder.Place] {
      defer { places = [] }
      return places
    }
  }

  /// An object for which a better image is kept.
  struct WantedImage {
    let identity: Int
    /// The score of the best image so far.
    var score: Float = -1
  }

  /// Receives updates and ends of objects, in order, with the files that show them.
  package typealias Publishing = @Sendable (StampedEvent, StampedEvent.Evidence) -> Void

  private let settings: CameraSettings
  private let ring: PacketRing?
  private let folder: MediaFolder
  private let inbox = Mutex(Inbox())
  private let wake = Wakeup()
  private let thread = OwnedThread()

  /// A recorder of the camera with `settings`, whose packets come through `ring`; `nil` if nothing of it is to be recorded.
  package init?(_ settings: CameraSettings, ring: PacketRing?, folder: MediaFolder) {
    let record = settings.record
    guard settings.track.isEnabled, record.hasSnapshots || (record.hasClips && ring != nil) else { return nil }
    self.settings = settings
    self.ring = ring
    self.folder = folder
  }

  /// Starts recording. Throws if the system has no thread left.
  package func start(publish: @escaping Publishing) throws(PipelineError) {
    try thread.start("record \(settings.name)") { self.serve(publish) }
  }

  /// Finishes all files, publishes all ends and stops. Returns when the thread has ended.
  package func stop() async {
    await thread.stop {
      inbox.withLock { $0.isEnding = true }
      wake.notify()
    }
  }

  /// Takes an event; `false` if this recorder will not publish updates and the end of its object.
  package func take(_ event: StampedEvent) -> Bool {
    guard thread.isRunning, let object = event.event.object else { return false }
    inbox.withLock { inbox in
      switch event.event.kind {
      case .start, .active:
        // The recorder knows the best image that was kept before the object stopped, and compares.
        if !object.isStationary { inbox.wanted[object.track.id] = WantedImage(identity: object.identity) }
      case .stationary, .end: inbox.wanted[object.track.id] = nil
      default: break
      }
      inbox.events.append(event)
    }
    wake.notify()
    return true
  }

  /// Notes where objects are in `frame`, and keeps a copy of it if it shows one of them better than earlier frames.
  ///
  /// If several better frames arrive before one is encoded, some are skipped.
  package func see(_ frame: borrowing PixelBuffer, _ findings: FrameFindings) throws(ImagingError) {
    let layout = frame.layout
    let hasSnapshots = settings.record.hasSnapshots
    let (better, known) = inbox.withLock { inbox -> ([Track], PixelPool?) in
      for track in findings.tracks {
        guard let identity = inbox.wanted[track.id]?.identity else { continue }
        let box = track.detection.box.shares(ofWidth: layout.width, height: layout.height)
        inbox.note((findings.stamp, track, box, identity))
      }
      guard hasSnapshots else { return ([], nil) }
      return (findings.tracks.filter { $0.detection.score > inbox.wanted[$0.id]?.score ?? .infinity }, inbox.pool)
    }
    guard !better.isEmpty else { return }
    let pool = if let known, known.layout == layout { known } else { try PixelPool(layout: layout, capacity: 3) }
    guard let copy = try pool.copy(of: frame) else { return }
    let image = BestImage(copy)
    inbox.withLock { inbox in
      inbox.pool = pool
      for track in better {
        guard let identity = inbox.wanted[track.id]?.identity else { continue }
        // A slightly better frame is not worth an encoding.
        inbox.wanted[track.id]?.score = track.detection.score + 0.02
        inbox.images.append((image, identity, track))
      }
    }
    wake.notify()
  }

  private func serve(_ publish: Publishing) {
    // A track is confirmed after a few detections, and each may have to wait for a worker.
    let delay = min(4 / settings.detect.rate + settings.detect.maxAge + 1, 60)
    var recorder = EventRecorder(settings, ring: ring, delay: delay, folder: folder)
    while true {
      wake.wait(seconds: recorder.isIdle ? nil : 0.25)
      let (events, images, places, isEnding) = inbox.withLock { inbox in
        defer { (inbox.events, inbox.images) = ([], []) }
        return (inbox.events, inbox.images, inbox.takePlaces(), inbox.isEnding)
      }
      recorder.take(events, images, places)
      let now = PacketRing.now()
      let ends = recorder.work(now: now, isLast: isEnding)
      for (event, evidence) in recorder.updates(now: now) + ends { publish(event, evidence) }
      if isEnding { return }
    }
  }
}
