internal import Scene

/// The events of one frame, in the order they are reported.
struct FrameEvents {
  private let stamp: FrameStamp
  private let width: Int
  private let height: Int
  private let offset: Double
  private let zones: [Zone]
  /// What became of objects, and what zones and lines say of them.
  private var objects: [SceneEvent] = []
  private var places: [SceneEvent] = []

  init(_ rules: SceneRules) {
    stamp = rules.stamp
    width = rules.width
    height = rules.height
    offset = rules.clock.offset
    zones = rules.configuration.zones
  }

  var all: [SceneEvent] { objects + places }

  /// Adds what became of `object`.
  mutating func append(_ kind: SceneEvent.Kind, of object: ObservedObject) { objects.append(event(kind, of: object)) }

  /// Adds the start of `object`, with where it was seen before.
  mutating func appendStart(of object: inout ObservedObject) {
    var start = event(.start, of: object)
    start.object?.earlierSightings = object.takeSightings(since: object.firstSeen - offset)
    start.object?.isArrival = object.arrives()
    objects.append(start)
  }

  /// Adds that `object` moves again.
  mutating func appendActive(of object: inout ObservedObject) {
    var active = event(.active, of: object)
    active.object?.isArrival = object.arrives()
    objects.append(active)
  }

  /// Adds an event of a zone or line about `object`.
  mutating func appendPlace(_ kind: SceneEvent.Kind, of object: ObservedObject) {
    places.append(event(kind, of: object))
  }

  /// Adds all of `other`, in its order, to what became of objects.
  mutating func append(contentsOf other: FrameEvents) { objects += other.all }

  private func event(_ kind: SceneEvent.Kind, of object: ObservedObject) -> SceneEvent {
    SceneEvent(kind, of: self.object(object), stamp: stamp, width: width, height: height)
  }

  /// `object` as events have it.
  func object(_ object: ObservedObject) -> SceneObject {
    var track = object.track
    track.firstSeen = object.firstSeen - offset
    var shown = SceneObject(track: track, lastSeen: object.lastSeen - offset)
    shown.identity = object.identity
    shown.zones = object.zones(of: zones)
    shown.enteredZones = object.enteredZones
    shown.isStationary = object.isStationary
    shown.positionChanges = object.place.positionChanges
    shown.speed = object.speed(in: zones)
    return shown
  }
}

extension ObservedObject {
  /// Names of those of `zones` that it is in.
  func zones(of zones: [Zone]) -> [String] { zip(zones, stays).filter { $1.isInside }.map(\.0.name) }
}
