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
  /// Where the object `identity` was in the frame at `stamp`: its track, and the box of that from 0 to 1.
  typealias Place = (stamp: FrameStamp, track: Track, box: Box, identity: Int)

  /// Minimum seconds between two updates because of a better image.
  private static let renewal = 60.0
  /// Milliseconds after which images of a movement that goes on are filed under a new time.
  private static let filing: Int64 = 3_600_000
  /// Seconds that the first publication of an object waits for all of its files.
  private static let publicationDelay = 1.0

  private let settings: RecordSettings
  private let camera: String
  private let folder: MediaFolder
  private var plan: ClipPlan
  private var tape: ClipTape?
  private var subjects: [Int: Subject] = [:]
  private var snapshots: SnapshotWriter
  /// Updates of objects without files.
  private var plainUpdates: [StampedEvent] = []
  /// The number of the present span, or of the next.
  private var spanNumber = 0

  /// A recorder for the camera with `settings`.
  ///
  /// - Parameters:
  ///   - ring: its packets; `nil` for no clips.
  ///   - delay: maximum seconds from an object's first frame to its start event.
  init(_ settings: CameraSettings, ring: PacketRing?, delay: Double, folder: MediaFolder) {
    self.settings = settings.record
    camera = settings.name
    self.folder = folder
    plan = ClipPlan(preRoll: settings.record.preRoll, postRoll: settings.record.postRoll)
    tape =
      if let ring, settings.record.hasClips {
        ClipTape(ring, seconds: settings.record.preRoll + delay, folder: folder)
      } else { nil }
    snapshots = SnapshotWriter(camera: camera, folder: folder)
  }

  /// Whether there is nothing to do until something happens.
  var isIdle: Bool {
    plan.current == nil && plainUpdates.isEmpty
      && subjects.values.allSatisfy { $0.end == nil && $0.image == nil && $0.published != nil && !$0.isUpdateDue }
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
      case .update where subjects[object.identity] == nil: plainUpdates.append(event)
      case .update: subjects[object.identity]?.isUpdateDue = true
      default: break
      }
    }
    for (image, identity, track) in images {
      guard let best = subjects[identity]?.best, track.detection.score > best,
        let bytes = snapshots.encode(image)
      else { continue }
      subjects[identity]?.best = track.detection.score
      subjects[identity]?.image = (bytes, image.shares(of: track.detection.box))
    }
    for place in places { subjects[place.identity]?.see(place) }
    for event in events where event.event.kind == .end {
      guard let object = event.event.object else { continue }
      let seen = event.event.moment(of: object.lastSeen)
      var subject = subjects[object.identity] ?? Subject(first: event, filed: event.began)
      subject.end = event
      subject.due = hasTape && plan.shows(object.identity) ? plan.completion(after: seen) : 0
      plan.end(object.identity, at: seen)
      subjects[object.identity] = subject
    }
  }

  private mutating func begin(_ event: StampedEvent, _ object: SceneObject, at seconds: Double) {
    let moment = event.event.moment(of: seconds)
    let filed = event.event.kind == .start ? event.began : event.moment
    var subject = subjects[object.identity] ?? Subject(first: event, filed: filed)
    subject.begin(filed: filed, span: spanNumber, clip: openClip)
    subject.appeared = moment
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
    if due.contains(where: { $0.value.clips.last?.isOpen ?? false }) { tape?.sync(now) }
    return due.compactMap { id, subject in
      guard let end = subject.end else { return nil }
      store(id)
      writeTrace(of: subject)
      let isDeleted = folder.isDeleted(end.identifier)
      let evidence = isDeleted ? .init(snapshot: nil, clip: nil) : subjects[id]?.evidence ?? subject.evidence
      subjects[id] = nil
      folder.remember(evidence, of: end.identifier)
      folder.forget(end.identifier)
      return (end, evidence)
    }
  }

  /// Updates that were asked for, and of objects that have a file for the first time, or a better image.
  mutating func updates(now: UInt64) -> [(StampedEvent, StampedEvent.Evidence)] {
    var updates = plainUpdates.map { ($0, StampedEvent.Evidence(snapshot: nil, clip: nil)) }
    plainUpdates = []
    let present = subjects.filter { _, subject in
      subject.end == nil && subject.appeared != nil && !folder.isDeleted(subject.first.identifier)
    }.sorted { $0.key < $1.key }
    for (id, subject) in present {
      let waited =
        Double(now - min(now, subject.published == nil ? subject.appeared ?? now : subject.publication)) / 1e9
      if subject.published != nil, !subject.isUpdateDue, waited < Self.renewal { continue }
      if subject.image != nil { store(id) }
      if let clip = subject.clips.last, clip.isOpen, !clip.isThere { tape?.sync(now) }
      guard let evidence = subjects[id]?.evidence else { continue }
      let isComplete = (evidence.snapshot != nil || !settings.hasSnapshots) && (evidence.clip != nil || !hasTape)
      let hasChanged =
        if let published = subject.published {
          subject.isUpdateDue || evidence != published
        } else {
          isComplete || waited >= Self.publicationDelay
        }
      guard hasChanged, subject.isUpdateDue || evidence.snapshot != nil || evidence.clip != nil else { continue }
      subjects[id]?.published = evidence
      subjects[id]?.publication = now
      subjects[id]?.isUpdateDue = false
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
        clipName(beginningWith: entry)
      }
    // The next file goes on where one is full. Objects without a file, or whose file was lost, use it as well.
    for file in tape.opened where file.isOpen || file.isThere {
      for (id, subject) in subjects where subject.span == spanNumber && (plan.shows(id) || !subject.hasClip) {
        writeTrace(of: subject)
        subjects[id]?.trace.forget(before: file.began)
        subjects[id]?.clips.append(file)
      }
    }
    self.tape = consume tape
    guard isOver else { return }
    for subject in subjects.values where subject.span == spanNumber { writeTrace(of: subject) }
    plan.settle()
    spanNumber += 1
  }

  /// Writes the way of an object through its latest clip.
  private func writeTrace(of subject: Subject) {
    guard !folder.isDeleted(subject.first.identifier), let clip = subject.clips.last, clip.isThere,
      let text = subject.trace.json(since: clip.began)
    else { return }
    snapshots.write(trace: text, of: subject.first, in: clip.name)
  }

  /// A file is named after the event that began first of those it shows, and by when its first packet arrived.
  private func clipName(beginningWith entry: PacketRing.Entry) -> MediaName {
    let ofSpan = subjects.filter { $0.value.span == spanNumber }
    let shown = ofSpan.filter { plan.shows($0.key) || $0.value.end != nil }
    let first = (shown.isEmpty ? ofSpan : shown).values.min { $0.appeared ?? 0 < $1.appeared ?? 0 }?.first
    func name(_ milliseconds: Int64) -> MediaName {
      MediaName(
        camera: camera, milliseconds: milliseconds, label: first?.label ?? "object",
        identifier: first?.identifier ?? String(repeating: "0", count: 26), kind: .clip)
    }
    // Another movement may begin with the same keyframe. No clip takes the place of another.
    var moment = EventClock.wallMilliseconds(atMonotonic: entry.arrival)
    while folder.has(name(moment)) { moment += 1 }
    return name(moment)
  }

  /// Writes the image of the object `id`; it replaces the last one of the same movement.
  private mutating func store(_ id: Int) {
    guard let subject = subjects[id], let (bytes, box) = subject.image,
      !folder.isDeleted(subject.first.identifier)
    else { return }
    let now = EventClock.wallMilliseconds
    let filed = now - subject.filed > Self.filing ? now : subject.filed
    subjects[id]?.image = nil
    subjects[id]?.filed = filed
    guard let path = snapshots.write(bytes, of: subject.first, filedAt: filed) else { return }
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
