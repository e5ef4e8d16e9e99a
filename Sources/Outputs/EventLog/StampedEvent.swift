import JSON
package import Scene

/// An event with camera name, identifiers and wall-clock times; the input of sinks, recordings and listeners.
package struct StampedEvent: Hashable, Sendable {
  /// What happened.
  package var event: SceneEvent
  /// Name of the camera.
  package let camera: String
  /// Name of the object's class; `nil` for events without a single object.
  package let label: String?
  /// Identifier of the object, equal in all its events; of the event itself if it has no object.
  package let identifier: String
  /// When it happened, in milliseconds since 1970.
  package var moment: Int64
  /// When the object was first seen, in milliseconds since 1970. Fixed with its first event, because the wall clock
  /// may be set.
  package let began: Int64
  /// When the object was last seen, in milliseconds since 1970.
  package let lastSeen: Int64
  /// Source of the times: `file`, `rtcp` or `wall`.
  package let timeSource: String
  /// Number of the event within its camera, in the order of publishing.
  package var sequence = 0
  /// Files that show the event, if they were requested.
  package var evidence: Evidence?
  /// The objects of a visit.
  package var visitors = Visitors()

  /// The objects of a visit.
  package struct Visitors: Hashable, Sendable {
    /// Their identifiers, in the order they joined.
    package var identifiers: [String] = []
    /// Names of their classes, each once.
    package var labels: [String] = []
  }

  /// Paths of files that show an event; `nil` if one could not be written.
  package struct Evidence: Hashable, Sendable {
    /// Path of an image.
    package var snapshot: String?
    /// Path of a video.
    package var clip: String?
    /// Seconds into the video at which the object appears, or starts to move again.
    package var clipOffset: Double?
    /// Box of the object in the image, in fractions of its size.
    package var snapshotBox: Box?
    /// Paths of videos that go on where `clip` is full.
    package var furtherClips: [String] = []

    package init(snapshot: String?, clip: String?, clipOffset: Double? = nil, snapshotBox: Box? = nil) {
      self.snapshot = snapshot
      self.clip = clip
      self.clipOffset = clipOffset
      self.snapshotBox = snapshotBox
    }
  }

  /// The same of the later frame at `stamp`, which shows the object as `track`.
  package mutating func advance(to stamp: FrameStamp, track: Track) {
    // A time of a source may be anything; thirty years are as good as more.
    moment += Int64((min(max(0, stamp.seconds - event.stamp.seconds), 1e9) * 1e3).rounded())
    event.stamp = stamp
    guard var object = event.object else { return }
    let topScore = max(object.track.topScore, track.topScore)
    object.track = track
    object.track.topScore = topScore
    object.lastSeen = stamp.seconds
    event.object = object
  }

  /// The event as one line of JSON, version 2 of the format, without line feed. Boxes are `[x1,y1,x2,y2]`.
  package var json: String {
    var line = JSONValue()
    line.add("v", 2)
    line.add("id", identifier)
    line.add("type", event.kind.name)
    line.add("camera", camera)
    line.add("seq", sequence)
    line.add("ts", EventClock.text(moment))
    if event.width > 0 {
      line.add("pts", event.stamp.seconds, places: 6)
      line.add("frame", event.stamp.index)
    }
    line.add("ts_src", timeSource)
    addKind(to: &line)
    if let object = event.object { add(object, to: &line) }
    return line.text
  }

  private func addKind(to line: inout JSONValue) {
    switch event.kind {
    case .start, .update, .end, .stationary, .active: break
    case .zoneEnter(let zone): line.add("zone", zone)
    case .zoneExit(let zone, let dwell, let speed):
      line.add("zone", zone)
      line.add("dwell", dwell, places: 3)
      if let speed {
        line.add("mean_speed", speed.mean.value, places: 1)
        line.add("top_speed", speed.top.value, places: 1)
        line.add("speed_unit", speed.mean.unit.rawValue)
      }
    case .loiter(let zone, let dwell):
      line.add("zone", zone)
      line.add("dwell", dwell, places: 3)
    case .line(let name, let direction, let count):
      line.add("line", name)
      line.add("direction", direction)
      line.add("count", count)
    case .visit(let visit):
      line.add("visit", visit.number)
      line.add("phase", visit.phase.rawValue)
      line.add("severity", visit.severity.rawValue)
      line.add("tracks", json: "[\(visit.objects.map(String.init).joined(separator: ","))]")
      line.add("zones", visit.zones)
      line.add("labels", visitors.labels)
      line.add("objects", visitors.identifiers)
      line.add("start", EventClock.text(began))
      line.add("end", visit.phase == .end ? EventClock.text(lastSeen) : nil)
    case .added(_, let value): line.add("value", value, places: 3)
    case .cameraDown(let cause, let message):
      line.add("cause", cause)
      line.add("message", message)
    case .cameraUp(let facts):
      line.add("width", facts.width)
      line.add("height", facts.height)
      line.add("codec", facts.codec)
      line.add("rate", facts.rate, places: 3)
      line.add("outage", facts.outage, places: 3)
    }
  }

  private var hasStaySpeed: Bool { if case .zoneExit(_, _, .some) = event.kind { true } else { false } }

  private func add(_ object: SceneObject, to line: inout JSONValue) {
    let detection = object.track.detection, box = detection.box
    let corners = [box.minX, box.minY, box.maxX, box.maxY]
    let sides = [event.width, event.height, event.width, event.height].map { Float(max(1, $0)) }
    line.add("label", label)
    line.add("class_id", detection.classID)
    line.add("score", Double(detection.score), places: 4)
    line.add("top_score", Double(object.track.topScore), places: 4)
    line.add("box", corners, places: 2)
    line.add("box_norm", zip(corners, sides).map { $0 / $1 }, places: 5)
    line.add("track", object.identity)
    line.add("zones", object.zones)
    line.add("entered", object.enteredZones)
    line.add("stationary", object.isStationary)
    line.add("active", !object.isStationary)
    line.add("position_changes", object.positionChanges)
    // The end of a stay in another zone has speeds of its own.
    if let speed = object.speed, !hasStaySpeed {
      line.add("speed", speed.value, places: 1)
      line.add("speed_unit", speed.unit.rawValue)
    }
    line.add("start", EventClock.text(began))
    line.add("end", event.kind == .end ? EventClock.text(lastSeen) : nil)
    if let evidence {
      line.add("snapshot", evidence.snapshot)
      line.add("clip", evidence.clip)
      line.add("clip_offset", evidence.clipOffset, places: 3)
      if let clip = evidence.clip, !evidence.furtherClips.isEmpty {
        let first: JSONValue = ["path": .string(clip), "offset": .number(evidence.clipOffset, places: 3)]
        let further = evidence.furtherClips.map { ["path": .string($0), "offset": .integer(0)] as JSONValue }
        line.add("clips", value: .array([first] + further))
      }
      if let box = evidence.snapshotBox {
        line.add("snapshot_box", [box.minX, box.minY, box.maxX, box.maxY], places: 5)
      }
    }
  }
}
