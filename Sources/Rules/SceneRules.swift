package import Scene

/// Derives events from the tracks of each frame: objects appear, stop, move and leave, enter and leave zones and cross lines.
/// A value without threads or a clock: equal frames give equal events.
///
/// An object outlives its track. The place of a stationary one is kept for it, so that a parked car is one object also
/// when something hides it, when the camera is offline, and (by `state`) when the program starts again.
package struct SceneRules: Sendable {
  /// What is to be noticed.
  package let configuration: RulesConfiguration

  /// Objects that the tracker follows, by its identity.
  var objects: [Int: ObservedObject] = [:]
  /// Stationary objects that it does not, whose places are kept; by rising identity.
  var kept: [ObservedObject] = []
  var clock: SceneClock
  var counts: LineCounts
  var visits: VisitKeeper
  var nextIdentity: Int
  /// Those of the configuration, in the order of the registry, with their names.
  var added: [(name: String, rule: any AddedRule)]
  /// Where the objects of the latest frame spent the time since they were last seen, for heat maps. Only what the filters admit
  /// is an object.
  package internal(set) var presence: [Presence] = []
  /// Speeds of the tracks of the latest frame that are in a zone with measured sides, by the tracker's identity.
  package internal(set) var speeds: [Int: Speed] = [:]
  /// The latest frame.
  var stamp = FrameStamp(index: 0, seconds: 0, arrival: 0)
  var width = 0
  var height = 0

  /// Rules that have seen nothing yet.
  package init(configuration: RulesConfiguration = RulesConfiguration()) {
    self.configuration = configuration
    clock = SceneClock()
    counts = LineCounts()
    visits = VisitKeeper()
    nextIdentity = 1
    added = configuration.addedRules
  }

  /// What happened in the next frame.
  ///
  /// Ends come first, then what became of each object, then what zones and lines say, then visits, then added rules; each by rising
  /// identity. Zones and lines come in the order of the configuration.
  package mutating func events(in findings: FrameFindings) -> [SceneEvent] {
    stamp = findings.stamp
    width = findings.width
    height = findings.height
    let now = clock.advance(to: findings.stamp.seconds)
    presence = []
    speeds = [:]
    var ends = FrameEvents(self)
    for id in findings.endedIdentities { release(id, into: &ends) }
    expire(at: now, seen: findings, into: &ends)
    var events = FrameEvents(self)
    for track in findings.tracks {
      var object =
        objects.removeValue(forKey: track.id) ?? found(track, in: findings)
        ?? appeared(track, after: findings.earlierSightings[track.id] ?? [], at: now)
      observe(&object, as: track, at: now, into: &events)
      objects[track.id] = object
    }
    return ends.all + events.all + visitEvents(in: findings.tracks, at: now) + addedEvents(in: findings.tracks, at: now)
  }

  /// The ends of all objects: the source is over.
  package mutating func finish() -> [SceneEvent] {
    var events = FrameEvents(self)
    for object in present { end(object, into: &events) }
    objects = [:]
    kept = []
    return events.all + finishedVisits()
  }

  /// The ends of what is active: the program stops and will go on from `state`. Stationary objects have no end.
  package mutating func suspend() -> [SceneEvent] {
    var events = FrameEvents(self)
    for id in objects.keys.sorted() { release(id, into: &events) }
    return events.all + finishedVisits()
  }

  /// All objects, by rising identity.
  var present: [ObservedObject] { (kept + objects.values).sorted { $0.identity < $1.identity } }
}
