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
  public mutating func next(_ findings: FrameFindings) -> [Line] {
    history.events(in: findings).map { Line(kind: $0.kind.rawValue, text: line(of: $0)) }
  }

  /// The ends of all tracks that are still open.
  public mutating func finish() -> [Line] { history.finish().map { Line(kind: $0.kind.rawValue, text: line(of: $0)) } }

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

  private mutating func line(of event: TrackEvent) -> String {
    let track = event.track
    let start = clock.milliseconds(at: track.firstSeen, from: event.stamp)
    let identifier = identifiers[track.id] ?? makeIdentifier(of: track.id, start: start)
    identifiers[track.id] = event.kind == .end ? nil : identifier
    let now = EventClock.text(clock.milliseconds(at: event.stamp.seconds, from: event.stamp))
    // What began at one time must not begin at another in the next line: a clock on the wall may be set meanwhile.
    let began = EventClock.text(identifier.milliseconds)
    let end =
      event.kind == .end ? EventClock.text(clock.milliseconds(at: event.lastSeen, from: event.stamp)).json : "null"
    let box = track.detection.box
    let pixels = [box.minX, box.minY, box.width, box.height]
    let sides = [event.width, event.height, event.width, event.height].map { Float(max(1, $0)) }
    defer { sequence += 1 }
    return "{\"v\":1,\"id\":\"\(identifier)\",\"type\":\"\(event.kind.rawValue)\",\"camera\":\(camera),"
      + "\"seq\":\(sequence),\"ts\":\"\(now)\",\"pts\":\(event.stamp.seconds.json(places: 6)),"
      + "\"frame\":\(event.stamp.index),\"ts_src\":\"\(clock.source(of: event.stamp))\","
      + "\"label\":\(classes[track.detection.classID].json),\"class_id\":\(track.detection.classID),"
      + "\"score\":\(track.detection.score.json(places: 4)),\"top_score\":\(track.topScore.json(places: 4)),"
      + "\"box\":[\(pixels.map { $0.json(places: 2) }.joined(separator: ","))],"
      + "\"box_norm\":[\(zip(pixels, sides).map { ($0 / $1).json(places: 5) }.joined(separator: ","))],"
      + "\"track\":\(track.id),\"start\":\"\(began)\",\"end\":\(end)}\n"
  }

  private func makeIdentifier(of track: Int, start: Int64) -> SortableIdentifier {
    SortableIdentifier(
      milliseconds: start, tail: clock == .file ? UInt64(clamping: track) : .random(in: UInt64.min...UInt64.max))
  }
}
