package import Scene

/// An event with what its camera adds: name, identifier, time of day. What sinks, recordings and listeners get.
package struct StampedEvent: Hashable, Sendable {
  /// What happened.
  package var event: SceneEvent
  /// Name of the camera.
  package let camera: String
  /// Name of the object's class; `nil` for an event of no single object.
  package let label: String?
  /// Identifier of the object in all its events, or of the event itself.
  package let identifier: String
  /// When it happened, in milliseconds since 1970.
  package let moment: Int64
  /// When the object was first seen, in milliseconds since 1970. Fixed with its first event: a clock on the wall may be
  /// set meanwhile.
  package let began: Int64
  /// When the object was last seen, in milliseconds since 1970.
  package let lastSeen: Int64
  /// Where the times come from: `file`, `rtcp` or `wall`.
  package let timeSource: String
  /// Number of the event within its camera, in the order they are published.
  package var sequence = 0
  /// Files that show the event, where such were to be written.
  package var evidence: Evidence?
  /// Of a visit: who it is made of.
  package var visitors = Visitors()

  /// The objects of a visit.
  package struct Visitors: Hashable, Sendable {
    /// Their identifiers, in the order they joined.
    package var identifiers: [String] = []
    /// Names of their classes, each once.
    package var labels: [String] = []
  }

  /// Paths of files that show an event; `nil` for one that could not be written.
  package struct Evidence: Hashable, Sendable {
    /// An image.
    package var snapshot: String?
    /// A video.
    package var clip: String?
    /// Seconds into the video at which the object appears, or begins to move again.
    package var clipOffset: Double?
    /// Where the object is in the image, from 0 to 1.
    package var snapshotBox: Box?

    package init(snapshot: String?, clip: String?, clipOffset: Double? = nil, snapshotBox: Box? = nil) {
      self.snapshot = snapshot
      self.clip = clip
      self.clipOffset = clipOffset
      self.snapshotBox = snapshotBox
    }
  }

  /// The event on one line of JSON, without a line feed; version 2 of the format. Boxes are `[x1,y1,x2,y2]`.
  package var json: String {
    var line = JSONObject()
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
    return line.json
  }

  private func addKind(to line: inout JSONObject) {
    switch event.kind {
    case .start, .update, .end, .stationary, .active: break
    case .zoneEnter(let zone): line.add("zone", zone)
    case .zoneExit(let zone, let dwell), .loiter(let zone, let dwell):
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

  private func add(_ object: SceneObject, to line: inout JSONObject) {
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
    line.add("position_changes", object.positionChanges)
    line.add("start", EventClock.text(began))
    line.add("end", event.kind == .end ? EventClock.text(lastSeen) : nil)
    if let evidence {
      line.add("snapshot", evidence.snapshot)
      line.add("clip", evidence.clip)
      line.add("clip_offset", evidence.clipOffset, places: 3)
      if let box = evidence.snapshotBox {
        line.add("snapshot_box", [box.minX, box.minY, box.maxX, box.maxY], places: 5)
      }
    }
  }
}
