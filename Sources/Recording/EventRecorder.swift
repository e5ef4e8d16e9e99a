import FFmpeg
import Outputs
import Scene
import Settings

/// Records the events of one camera: its clip, the best image of each object, and what is published when both are on the
/// disk. For one thread.
///
/// Clips run while an object is active. A stationary object needs none.
struct EventRecorder: ~Copyable {
  /// An image that shows the object `identity`, as `track`, better than any before.
  typealias Image = (image: BestImage, identity: Int, track: Track)
  /// Where the object `identity` was in a frame.
  typealias Place = (point: ObjectTrace.Point, identity: Int)

  /// An object that has been active, and whose end has not been published yet.
  private struct Subject {
    /// The event that names its files.
    let first: StampedEvent
    /// Its last event so far.
    var latest: StampedEvent
    /// When it appeared, or began to move again, in monotonic nanoseconds; `nil` for one that has not been active.
    var appeared: UInt64?
    /// An image that is not on the disk yet.
    var image: (bytes: [UInt8], box: Box)?
    /// The image on the disk, and where the object is in it.
    var snapshot: String?
    var snapshotBox: Box?
    var trace = ObjectTrace()
    var clip: ClipFile?
    var end: StampedEvent?
    /// When its end may be published: monotonic nanoseconds.
    var due = UInt64.max
    /// The files that were published last, and when.
    var published: StampedEvent.Evidence?
    var publication: UInt64 = 0

    /// The files that are on the disk.
    var evidence: StampedEvent.Evidence {
      guard let clip, clip.isThere else {
        return StampedEvent.Evidence(snapshot: snapshot, clip: nil, snapshotBox: snapshotBox)
      }
      let offset = appeared.map { Double($0 - min($0, clip.began)) / 1e9 }
      return StampedEvent.Evidence(
        snapshot: snapshot, clip: clip.path, clipOffset: offset, snapshotBox: snapshotBox)
    }
  }

  /// Minimum seconds between two images of an object.
  private static let renewal = 5.0
  /// Seconds that the first publication of an object waits for all of its files.
  private static let publicationDelay = 1.0

  private let settings: RecordSettings
  private let camera: String
  private let classes: ClassCatalogue
  private let folder: MediaFolder
  private var plan: ClipPlan
  private var tape: ClipTape?
  private var subjects: [Int: Subject] = [:]
  private var snapshots: SnapshotWriter
  private var filesInSpan = 0

  /// A recorder for the camera with `settings`.
  ///
  /// - Parameters:
  ///   - ring: its packets; `nil` for no clips.
  ///   - delay: maximum seconds from an object's first frame to its start event.
  init(_ settings: CameraSettings, classes: ClassCatalogue, ring: PacketRing?, delay: Double, folder: MediaFolder) {
    self.settings = settings.record
    camera = settings.name
    self.classes = classes
    self.folder = folder
    plan = ClipPlan(preRoll: settings.record.preRoll, postRoll: settings.record.postRoll)
    tape =
      if let ring, settings.record.hasClips {
        ClipTape(ring, seconds: settings.record.preRoll + delay, folder: folder)
      } else { nil }
    snapshots = SnapshotWriter(camera: camera, classes: classes, folder: folder)
  }

  /// Whether there is nothing to do until something happens.
  var isIdle: Bool {
    plan.current == nil && subjects.values.allSatisfy { $0.end == nil && $0.image == nil && $0.published != nil }
  }

  /// Takes what happened since the last call, in order.
  mutating func take(_ events: [StampedEvent], _ images: [Image], _ places: [Place] = []) {
    for event in events {
      guard let object = event.event.object, event.event.kind != .end else { continue }
      subjects[object.identity]?.latest = event
      switch event.event.kind {
      case .start where !object.isStationary: begin(event, object, at: object.track.firstSeen)
      case .active: begin(event, object, at: event.event.stamp.seconds)
      case .stationary: plan.end(object.identity, at: event.event.moment(of: object.lastSeen))
      default: break
      }
    }
    for (image, identity, track) in images where subjects[identity] != nil {
      guard let bytes = snapshots.encode(image, of: track) else { continue }
      subjects[identity]?.image = (bytes, image.shares(of: track.detection.box))
    }
    for (point, identity) in places { subjects[identity]?.trace.add(point) }
    for event in events where event.event.kind == .end {
      guard let object = event.event.object else { continue }
      let seen = event.event.moment(of: object.lastSeen)
      var subject = subjects[object.identity] ?? Subject(first: event, latest: event)
      subject.end = event
      subject.due = hasTape && plan.shows(object.identity) ? plan.completion(after: seen) : 0
      plan.end(object.identity, at: seen)
      subjects[object.identity] = subject
    }
  }

  private mutating func begin(_ event: StampedEvent, _ object: SceneObject, at seconds: Double) {
    let moment = event.event.moment(of: seconds)
    var subject = subjects[object.identity] ?? Subject(first: event, latest: event)
    subject.appeared = moment
    subject.clip = openClip
    // The trace begins where the event and its `clip_offset` do: when the object was first seen.
    for sighting in object.earlierSightings { subject.trace.add(event.event.point(of: sighting)) }
    subjects[object.identity] = subject
    plan.start(object.identity, at: moment)
  }

  private var hasTape: Bool {
    switch tape {
    case .some: true
    case .none: false
    }
  }

  private var openClip: ClipFile? {
    switch tape {
    case .some(let tape): tape.file
    case .none: nil
    }
  }

  /// Writes what has arrived, and returns the ends that can be published, with their files; all of them if this `isLast`.
  mutating func work(now: UInt64, isLast: Bool) -> [(StampedEvent, StampedEvent.Evidence)] {
    roll(now: now, isLast: isLast)
    let due = subjects.filter { $0.value.end != nil && (isLast || $0.value.due <= now) }.sorted { $0.key < $1.key }
    if due.contains(where: { $0.value.clip?.isOpen ?? false }) { tape?.sync(now) }
    return due.compactMap { id, subject in
      guard let end = subject.end else { return nil }
      store(id)
      if let clip = subject.clip, clip.isThere, let text = subject.trace.json(since: clip.began) {
        snapshots.write(trace: text, of: subject.first)
      }
      let evidence = subjects[id]?.evidence ?? subject.evidence
      subjects[id] = nil
      folder.remember(evidence, of: end.identifier)
      return (end, evidence)
    }
  }

  /// Updates of objects that have a file for the first time, or a better image.
  mutating func updates(now: UInt64) -> [(StampedEvent, StampedEvent.Evidence)] {
    var updates: [(StampedEvent, StampedEvent.Evidence)] = []
    let present = subjects.filter { $0.value.end == nil && $0.value.appeared != nil }.sorted { $0.key < $1.key }
    for (id, subject) in present {
      let waited =
        Double(now - min(now, subject.published == nil ? subject.appeared ?? now : subject.publication)) / 1e9
      if subject.published != nil, waited < Self.renewal { continue }
      if subject.image != nil { store(id) }
      if let clip = subject.clip, clip.isOpen, !clip.isThere { tape?.sync(now) }
      guard let evidence = subjects[id]?.evidence else { continue }
      let isComplete = (evidence.snapshot != nil || !settings.hasSnapshots) && (evidence.clip != nil || !hasTape)
      let hasChanged =
        if let published = subject.published {
          subject.image != nil || evidence.clip != published.clip
        } else {
          isComplete || waited >= Self.publicationDelay
        }
      guard hasChanged, evidence.snapshot != nil || evidence.clip != nil else { continue }
      subjects[id]?.published = evidence
      subjects[id]?.publication = now
      folder.remember(evidence, of: subject.first.identifier)
      var update = subject.latest
      update.event.kind = .update
      updates.append((update, evidence))
    }
    return updates
  }

  private mutating func roll(now: UInt64, isLast: Bool) {
    guard let span = plan.current else { return }
    guard var tape = tape.take() else { return plan.settle() }
    // After a failure, all objects that the next file would show may have ended.
    let isPointless = subjects.isEmpty && tape.file == nil
    if isPointless { tape.stop() }
    let isOver =
      isPointless
      || tape.roll(span, now: now, isLast: isLast) { entry in
        filesInSpan += 1
        return clipName(beginningWith: entry, now: now)
      }
    // Objects without a file, or whose file was lost, use the next one.
    for file in tape.opened where file.isOpen || file.isThere {
      for (id, subject) in subjects where !(subject.clip.map { $0.isOpen || $0.isThere } ?? false) {
        subjects[id]?.clip = file
      }
    }
    self.tape = consume tape
    guard isOver else { return }
    plan.settle()
    filesInSpan = 0
  }

  /// The first file of a span is named after the event that started it, the others after their start time.
  private func clipName(beginningWith entry: PacketRing.Entry, now: UInt64) -> MediaName {
    let shown = subjects.filter { plan.shows($0.key) || $0.value.end != nil }.values
    let first = shown.min { $0.appeared ?? 0 < $1.appeared ?? 0 }?.first
    let moment =
      filesInSpan == 1 && first != nil
      ? first?.began ?? 0 : EventClock.wallMilliseconds - Int64((now - min(now, entry.arrival)) / 1_000_000)
    return MediaName(
      camera: camera, milliseconds: moment, label: first?.label ?? "object",
      identifier: first?.identifier ?? String(repeating: "0", count: 26), kind: .clip)
  }

  /// Writes the image of the object `id`; it replaces the last one.
  private mutating func store(_ id: Int) {
    guard let subject = subjects[id], let (bytes, box) = subject.image else { return }
    subjects[id]?.image = nil
    guard let path = snapshots.write(bytes, of: subject.first) else { return }
    subjects[id]?.snapshot = path
    subjects[id]?.snapshotBox = box
  }
}

extension SceneEvent {
  /// The monotonic time, in nanoseconds, at which the source was at `seconds`.
  fileprivate func moment(of seconds: Double) -> UInt64 {
    stamp.arrival - min(stamp.arrival, UInt64(min(max(0, stamp.seconds - seconds), 1e6) * 1e9))
  }

  /// `sighting`, of a frame as large as that of this event, as a trace has it.
  fileprivate func point(of sighting: Sighting) -> ObjectTrace.Point {
    ObjectTrace.Point(
      moment: moment(of: sighting.seconds), box: sighting.box.shares(ofWidth: width, height: height))
  }
}
