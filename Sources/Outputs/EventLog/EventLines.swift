public import Scene

/// Makes one JSON line for the start, each update and the end of every track of one camera.
///
/// `{"v":1,"id":"…","type":"start","camera":"street","seq":0,"ts":"…Z","pts":1.2,"frame":30,"ts_src":"file",
/// "label":"person","class_id":0,"score":0.83,"top_score":0.91,"box":[x,y,w,h],"box_norm":[x,y,w,h],"track":17,
/// "start":"…Z","end":null}`. `id` is that of the track in all its lines; `box` is in source pixels. A file gives the same
/// bytes each time: its times come from its own clock and its identifiers from a counter. A live source adds `camera_down`
/// and `camera_up` with what is known of the outage.
public struct EventLines: Sendable {
  /// One event.
  public struct Line: Hashable, Sendable {
    /// What happened: `start`, `camera_down` and so on.
    public var kind: String
    /// The JSON, with a line feed at the end.
    public var text: String
  }

  /// Something that happened to a track, with what all lines about it have in common.
  public struct Occurrence: Hashable, Sendable {
    /// What happened.
    public let event: TrackEvent
    /// Name of the class.
    public let label: String
    /// When the track began, in milliseconds since 1970. What began at one time must not begin at another in the next
    /// line: a clock on the wall may be set meanwhile.
    public let began: Int64
    /// The identifier of the track in all its lines.
    public let identifier: String
  }

  /// Paths of files that show an event; `nil` for one that could not be written.
  public struct Evidence: Hashable, Sendable {
    /// A picture.
    public var snapshot: String?
    /// A video.
    public var clip: String?

    /// Evidence of these two.
    public init(snapshot: String?, clip: String?) {
      self.snapshot = snapshot
      self.clip = clip
    }
  }

  private let classes: ClassCatalogue
  private let camera: String
  private let clock: EventClock
  private var history: TrackHistory
  private var identifiers: [Int: SortableIdentifier] = [:]
  private var sequence = 0

  /// Lines about `camera`; an object that stays is told again every `updateInterval` seconds.
  public init(classes: ClassCatalogue, camera: String, clock: EventClock, updateInterval: Double = 1) {
    self.classes = classes
    self.camera = camera.json
    self.clock = clock
    history = TrackHistory(updateInterval: updateInterval)
  }

  /// What happened in the next frame.
  public mutating func next(_ findings: FrameFindings) -> [Line] { occurrences(in: findings).map { line(of: $0) } }

  /// The ends of all tracks that are still open.
  public mutating func finish() -> [Line] { finalOccurrences().map { line(of: $0) } }

  /// What happened in the next frame, for who makes the lines one by one: with `line(of:)`, which counts them.
  public mutating func occurrences(in findings: FrameFindings) -> [Occurrence] {
    history.events(in: findings).map { occurrence($0) }
  }

  /// The same for the ends of all tracks that are still open.
  public mutating func finalOccurrences() -> [Occurrence] { history.finish().map { occurrence($0) } }

  /// That the source went down or came up at `time`, in monotonic nanoseconds.
  public mutating func next(_ event: CameraEvent, at time: UInt64) -> Line {
    let moment = clock.milliseconds(at: 0, from: FrameStamp(index: 0, seconds: 0, arrival: time))
    let identifier = SortableIdentifier(milliseconds: moment, tail: .random(in: UInt64.min...UInt64.max))
    let facts = event.facts.map { ",\"\($0.name)\":\($0.value)" }.joined()
    defer { sequence += 1 }
    return Line(
      kind: event.type,
      text: "{\"v\":1,\"id\":\"\(identifier)\",\"type\":\"\(event.type)\",\"camera\":\(camera),\"seq\":\(sequence),"
        + "\"ts\":\"\(EventClock.text(moment))\",\"ts_src\":\"\(clock.rawValue)\"\(facts)}\n")
  }

  private mutating func occurrence(_ event: TrackEvent) -> Occurrence {
    let track = event.track
    let start = clock.milliseconds(at: track.firstSeen, from: event.stamp)
    let identifier = identifiers[track.id] ?? makeIdentifier(of: track.id, start: start)
    identifiers[track.id] = event.kind == .end ? nil : identifier
    return Occurrence(
      event: event, label: classes[track.detection.classID], began: identifier.milliseconds,
      identifier: identifier.description)
  }

  /// The line that tells `occurrence`, with the files that show it where such were to be written.
  public mutating func line(of occurrence: Occurrence, evidence: Evidence? = nil) -> Line {
    let event = occurrence.event, track = event.track
    let now = EventClock.text(clock.milliseconds(at: event.stamp.seconds, from: event.stamp))
    let began = EventClock.text(occurrence.began)
    let end =
      event.kind == .end ? EventClock.text(clock.milliseconds(at: event.lastSeen, from: event.stamp)).json : "null"
    let box = track.detection.box
    let pixels = [box.minX, box.minY, box.width, box.height]
    let sides = [event.width, event.height, event.width, event.height].map { Float(max(1, $0)) }
    let files =
      evidence.map { ",\"snapshot\":\($0.snapshot?.json ?? "null"),\"clip\":\($0.clip?.json ?? "null")" } ?? ""
    defer { sequence += 1 }
    let text =
      "{\"v\":1,\"id\":\"\(occurrence.identifier)\",\"type\":\"\(event.kind.rawValue)\",\"camera\":\(camera),"
      + "\"seq\":\(sequence),\"ts\":\"\(now)\",\"pts\":\(event.stamp.seconds.json(places: 6)),"
      + "\"frame\":\(event.stamp.index),\"ts_src\":\"\(clock.source(of: event.stamp))\","
      + "\"label\":\(occurrence.label.json),\"class_id\":\(track.detection.classID),"
      + "\"score\":\(track.detection.score.json(places: 4)),\"top_score\":\(track.topScore.json(places: 4)),"
      + "\"box\":[\(pixels.map { $0.json(places: 2) }.joined(separator: ","))],"
      + "\"box_norm\":[\(zip(pixels, sides).map { ($0 / $1).json(places: 5) }.joined(separator: ","))],"
      + "\"track\":\(track.id),\"start\":\"\(began)\",\"end\":\(end)\(files)}\n"
    return Line(kind: event.kind.rawValue, text: text)
  }

  private func makeIdentifier(of track: Int, start: Int64) -> SortableIdentifier {
    SortableIdentifier(
      milliseconds: start, tail: clock == .file ? UInt64(clamping: track) : .random(in: UInt64.min...UInt64.max))
  }
}
