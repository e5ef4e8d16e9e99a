import FFmpeg
import Imaging
import Outputs
import Scene
import Settings

/// A picture that shows some tracks better than any before, masks painted, boxes not yet drawn.
final class BestPicture: Sendable {
  let pixels: PixelBuffer
  let findings: FrameFindings
  let tracks: [Int]

  init(_ pixels: consuming PixelBuffer, findings: FrameFindings, tracks: [Int]) {
    self.pixels = pixels
    self.findings = findings
    self.tracks = tracks
  }
}

/// What is worked on to record one camera: its clip, the best picture of each track, and ends of tracks that are told when
/// both are on the disk. For one thread.
struct RecordingDesk: ~Copyable {
  /// A track that is there, or whose end has not been told yet.
  private struct Subject {
    let start: EventLines.Occurrence
    var picture: [UInt8]?
    var clip: ClipFile?
    var end: EventLines.Occurrence?
    /// When its end may be told: monotonic nanoseconds.
    var due = UInt64.max
  }

  private let settings: RecordSettings
  private let camera: String
  private let classes: ClassCatalogue
  private let folder: MediaFolder
  private var plan: ClipPlan
  private var tape: ClipTape?
  private var subjects: [Int: Subject] = [:]
  private var overlay: Overlay?
  private var pictures = PictureWriter()
  private var filesInSpan = 0

  /// A desk for the camera with `settings`.
  ///
  /// - Parameters:
  ///   - ring: its packets; `nil` for no clips.
  ///   - delay: seconds from an object's first picture to its start being told, at most.
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
    overlay = nil
  }

  /// Whether there is nothing to do until something is told.
  var isIdle: Bool { subjects.isEmpty && plan.current == nil }

  /// Takes in what happened since the last time, in order.
  mutating func take(_ occurrences: [EventLines.Occurrence], _ pictures: [BestPicture]) {
    for occurrence in occurrences where occurrence.event.kind == .start {
      var subject = Subject(start: occurrence)
      subject.clip = openClip
      subjects[occurrence.event.track.id] = subject
      plan.start(occurrence.event.track.id, at: occurrence.event.moment(of: occurrence.event.track.firstSeen))
    }
    for picture in pictures { keep(picture) }
    for occurrence in occurrences where occurrence.event.kind == .end {
      let seen = occurrence.event.moment(of: occurrence.event.lastSeen)
      plan.end(occurrence.event.track.id, at: seen)
      var subject = subjects[occurrence.event.track.id] ?? Subject(start: occurrence)
      subject.end = occurrence
      subject.due = hasTape ? plan.completion(after: seen) : 0
      subjects[occurrence.event.track.id] = subject
    }
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

  /// Writes what is there to be written, and gives out the ends that can be told, with what shows them. All of them if
  /// this `isLast`.
  mutating func work(now: UInt64, isLast: Bool) -> [(EventLines.Occurrence, EventLines.Evidence)] {
    roll(now: now, isLast: isLast)
    let due = subjects.filter { $0.value.end != nil && (isLast || $0.value.due <= now) }.sorted { $0.key < $1.key }
    if due.contains(where: { $0.value.clip?.isOpen ?? false }) { tape?.sync(now) }
    return due.compactMap { id, subject in
      subjects[id] = nil
      guard let end = subject.end else { return nil }
      let evidence = EventLines.Evidence(
        snapshot: store(subject), clip: subject.clip.flatMap { $0.isThere ? $0.path : nil })
      folder.remember(evidence, of: end.identifier)
      return (end, evidence)
    }
  }

  private mutating func roll(now: UInt64, isLast: Bool) {
    guard let span = plan.current else { return }
    guard var tape = tape.take() else { return plan.settle() }
    // After a failure, all whom the next file would show may be gone.
    let isPointless = subjects.isEmpty && tape.file == nil
    if isPointless { tape.stop() }
    let isOver =
      isPointless
      || tape.roll(span, now: now, isLast: isLast) { entry in
        filesInSpan += 1
        return clipName(beginningWith: entry, now: now)
      }
    // Those that have no file yet, or whose file was lost, are shown by the next.
    for file in tape.begun where file.isOpen || file.isThere {
      for (id, subject) in subjects where !(subject.clip.map { $0.isOpen || $0.isThere } ?? false) {
        subjects[id]?.clip = file
      }
    }
    self.tape = consume tape
    guard isOver else { return }
    plan.settle()
    filesInSpan = 0
  }

  /// The first file of a span is called by the event that began it, the others by the time at which they begin.
  private func clipName(beginningWith entry: PacketRing.Entry, now: UInt64) -> MediaName {
    let first = subjects.min { $0.key < $1.key }?.value.start
    let moment =
      filesInSpan == 1 && first != nil
      ? first?.began ?? 0 : EventClock.wallMilliseconds - Int64((now - min(now, entry.arrival)) / 1_000_000)
    return MediaName(
      camera: camera, milliseconds: moment, label: first?.label ?? "object",
      identifier: first?.identifier ?? String(repeating: "0", count: 26), kind: .clip)
  }

  /// Draws and encodes a picture for the tracks that it shows best.
  private mutating func keep(_ picture: BestPicture) {
    guard picture.tracks.contains(where: { subjects[$0] != nil }) else { return }
    let bytes: [UInt8]
    do {
      let layout = picture.pixels.layout
      if overlay?.layout != layout {
        var style = OverlayStyle()
        style.trailSeconds = 0
        overlay = try Overlay(layout: layout, classes: classes, style: style)
      }
      let findings = picture.findings
      try overlay?.draw(
        tracks: findings.tracks, untracked: findings.untracked, on: picture.pixels, at: findings.stamp.seconds)
      bytes = try pictures.encode(picture.pixels, as: .jpeg, quality: 4)
    } catch {
      return folder.noteFailure(.snapshot, OutputError(.writeFailed, "cannot draw a picture of \(camera): \(error)"))
    }
    for id in picture.tracks { subjects[id]?.picture = bytes }
  }

  /// Puts the picture of `subject` on the disk; its path, or `nil` if that failed or there is none.
  private func store(_ subject: Subject) -> String? {
    guard let bytes = subject.picture else { return nil }
    let name = MediaName(
      camera: camera, milliseconds: subject.start.began, label: subject.start.label,
      identifier: subject.start.identifier, kind: .snapshot)
    do throws(OutputError) {
      let path = try folder.place(name)
      try DurableFile.write(bytes, to: path)
      folder.noteSuccess(.snapshot)
      return path
    } catch {
      folder.noteFailure(.snapshot, error)
      return nil
    }
  }
}

extension TrackEvent {
  /// When the source was at `seconds`, by the monotonic clock, in nanoseconds.
  fileprivate func moment(of seconds: Double) -> UInt64 {
    stamp.arrival - min(stamp.arrival, UInt64(min(max(0, stamp.seconds - seconds), 1e6) * 1e9))
  }
}
