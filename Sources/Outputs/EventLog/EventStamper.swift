package import Scene

/// Adds camera name, identifiers and wall-clock times to the events of one camera.
///
/// Deterministic for a file: its times come from the file and its identifiers from a counter.
package struct EventStamper: Sendable {
  /// The fields that are equal in all events of an object.
  package struct OpenObject: Hashable, Sendable, Codable {
    /// Its number within the camera.
    package let identity: Int
    /// Its identifier.
    package let identifier: String
    /// When it was first seen, in milliseconds since 1970.
    let began: Int64
    /// Whether its times are from the sender's clock. This does not change, because the clocks differ and no object
    /// may end before its start.
    var usesSender: Bool
  }

  /// The fields that are equal in all events of a visit, and those of its objects.
  private struct OpenVisit {
    let number: Int
    let identifier: String
    let began: Int64
    /// Identifiers of its objects by number within the camera, including objects that have ended.
    var members: [Int: String] = [:]
  }

  private let classes: ClassCatalogue
  private let camera: String
  private let clock: EventClock
  /// Time of second 0 of a file, in milliseconds since 1970.
  private let zero: Int64
  private var open: [Int: OpenObject] = [:]
  private var visit: OpenVisit?
  private var sequence = 0

  /// A stamper for events of `camera`.
  ///
  /// - Parameters:
  ///   - zero: time of second 0 of a file, in milliseconds since 1970.
  ///   - objects: objects from before a restart.
  package init(
    classes: ClassCatalogue, camera: String, clock: EventClock, zero: Int64 = 0, objects: [OpenObject] = []
  ) {
    self.classes = classes
    self.camera = camera
    self.clock = clock
    self.zero = zero
    for object in objects { open[object.identity] = object }
  }

  /// Objects that have started and not ended, by ascending identity.
  package var openObjects: [OpenObject] { open.values.sorted { $0.identity < $1.identity } }

  /// Stamps `event` with everything except its number.
  package mutating func stamp(_ event: SceneEvent) -> StampedEvent {
    let hasSender = event.stamp.taken != nil
    if case .visit(let visit) = event.kind { return stamp(visit, of: event, usesSender: hasSender) }
    guard let object = event.object else {
      let moment = time(event.stamp.seconds, of: event, usesSender: hasSender)
      let identifier = makeIdentifier(of: 1 << 32 + sequence, start: moment)
      return StampedEvent(
        event: event, camera: camera, label: nil, identifier: identifier.description, moment: moment, began: moment,
        lastSeen: moment, timeSource: source(usesSender: hasSender && event.width > 0))
    }
    let known = open[object.identity] ?? begin(object, with: event, usesSender: hasSender)
    // The sender may stop to report times, or a clock may be set back: no object ends before its start.
    let usesSender = known.usesSender && hasSender
    open[object.identity] = event.kind == .end ? nil : known
    return StampedEvent(
      event: event, camera: camera, label: classes[object.track.detection.classID], identifier: known.identifier,
      moment: max(known.began, time(event.stamp.seconds, of: event, usesSender: usesSender)), began: known.began,
      lastSeen: max(known.began, time(object.lastSeen, of: event, usesSender: usesSender)),
      timeSource: source(usesSender: usesSender))
  }

  /// A visit keeps its identifier from start to end, as objects do.
  private mutating func stamp(_ visit: Visit, of event: SceneEvent, usesSender: Bool) -> StampedEvent {
    let moment = time(event.stamp.seconds, of: event, usesSender: usesSender)
    var known: OpenVisit
    if let open = self.visit, open.number == visit.number {
      known = open
    } else {
      let start = time(visit.start, of: event, usesSender: usesSender)
      let identifier = makeIdentifier(of: 1 << 32 + sequence, start: start).description
      known = OpenVisit(number: visit.number, identifier: identifier, began: start)
    }
    for identity in visit.objects {
      if let object = open[identity] { known.members[identity] = object.identifier }
    }
    self.visit = visit.phase == .end ? nil : known
    var stamped = StampedEvent(
      event: event, camera: camera, label: nil, identifier: known.identifier, moment: max(known.began, moment),
      began: known.began,
      lastSeen: max(known.began, time(visit.lastActive, of: event, usesSender: usesSender)),
      timeSource: source(usesSender: usesSender && event.width > 0))
    stamped.visitors.identifiers = visit.objects.compactMap { known.members[$0] }
    stamped.visitors.labels = visit.classIDs.map { classes[$0] }
    return stamped
  }

  /// Adds the next number to `event`, right before it is published; `evidence` are the files that show it.
  package mutating func number(_ event: StampedEvent, evidence: StampedEvent.Evidence? = nil) -> StampedEvent {
    var event = event
    event.sequence = sequence
    event.evidence = evidence
    sequence += 1
    return event
  }

  private func begin(_ object: SceneObject, with event: SceneEvent, usesSender: Bool) -> OpenObject {
    let start = time(object.track.firstSeen, of: event, usesSender: usesSender)
    return OpenObject(
      identity: object.identity, identifier: makeIdentifier(of: object.identity, start: start).description,
      began: start, usesSender: usesSender)
  }

  /// Wall-clock time at `seconds` of the source, in milliseconds since 1970.
  private func time(_ seconds: Double, of event: SceneEvent, usesSender: Bool) -> Int64 {
    clock.milliseconds(at: seconds, from: event.stamp, usesSender: usesSender, zero: zero)
  }

  /// The time source stated in events: `file`, `rtcp` or `wall`.
  private func source(usesSender: Bool) -> String { clock == .wall && usesSender ? "rtcp" : clock.rawValue }

  private func makeIdentifier(of object: Int, start: Int64) -> SortableIdentifier {
    SortableIdentifier(
      milliseconds: start, tail: clock == .file ? UInt64(clamping: object) : .random(in: UInt64.min...UInt64.max))
  }
}
