internal import Scene

/// A stay in the zone with index `zone` that is over.
struct ZoneExit: Hashable, Sendable, Codable {
  let zone: Int
  let dwell: Double
  let speed: StaySpeed?

  /// The end of a stay in `zone`, the one with `index`, with the mean and the highest speed in metres per second.
  init(zone index: Int, dwell: Double, speed: (mean: Double, top: Double)?, of zone: Zone) {
    self.zone = index
    self.dwell = dwell
    self.speed = speed.flatMap { speed in
      zone.speed.map { measure in
        StaySpeed(
          mean: Speed(metresPerSecond: speed.mean, unit: measure.unit),
          top: Speed(metresPerSecond: speed.top, unit: measure.unit))
      }
    }
  }
}

extension SceneRules {
  /// What zones say of an object that has been reported: ends of stays, beginnings, and stays that are too long.
  ///
  /// An object that was there when the camera started enters no zone until it moves; then its stay is reported, and each
  /// `zoneExit` has its `zoneEnter`. So has a stay that was over before the object was reported.
  func reportZones(of object: inout ObservedObject, into events: inout FrameEvents) {
    for exit in object.takeExits() {
      let zone = configuration.zones[exit.zone], isAnnounced = object.stays[exit.zone].isAnnounced
      guard isAnnounced || !object.isPresumed else { continue }
      if !isAnnounced { events.appendPlace(.zoneEnter(zone: zone.name), of: object) }
      object.stays[exit.zone].forgetAnnouncement(isSummed: zone.loitering?.isSummed ?? false)
      object.noteZones(configuration.zones)
      events.appendPlace(.zoneExit(zone: zone.name, dwell: exit.dwell, speed: exit.speed), of: object)
    }
    guard !object.isPresumed else { return }
    for (index, zone) in configuration.zones.enumerated() where object.stays[index].isInside {
      if !object.stays[index].isAnnounced {
        object.stays[index].isAnnounced = true
        object.noteZones(configuration.zones)
        events.appendPlace(.zoneEnter(zone: zone.name), of: object)
      }
      if let loitering = zone.loitering, let limit = loitering.limit(ofClass: object.track.detection.classID),
        let dwell = object.stays[index].loiters(limit: limit, isSummed: loitering.isSummed)
      {
        events.appendPlace(.loiter(zone: zone.name, dwell: dwell), of: object)
      }
    }
  }

  /// Counts the crossings of an object that has been reported.
  mutating func reportCrossings(of object: inout ObservedObject, into events: inout FrameEvents) {
    for crossing in object.crossings {
      let line = configuration.lines[crossing.line]
      let direction = crossing.isInward ? line.inward : line.outward
      let count = counts.add(line: line.name, direction: direction, classID: object.track.detection.classID)
      events.appendPlace(.line(line: line.name, direction: direction, count: count), of: object)
    }
    object.crossings = []
  }

  /// Whether an object that goes on as it was is to be reported all the same.
  func isUpdateDue(_ object: ObservedObject, at now: Double) -> Bool {
    switch configuration.updates {
    case .every(let interval): now - object.lastReport >= interval
    case .onChange(let interval):
      object.reportedZones != object.zones(of: configuration.zones)
        || (now - object.lastReport >= interval && !object.isStationary
          && ImageQuality(object.track.detection).isBetter(than: object.bestImage))
    }
  }

  /// What has become of the visit, by those of `tracks` that are active.
  mutating func visitEvents(in tracks: [Track], at now: Double) -> [SceneEvent] {
    guard let settings = configuration.visits else { return [] }
    let active = tracks.compactMap { objects[$0.id] }.filter { $0.isReported && !$0.isStationary }
    let participants = active.map {
      VisitKeeper.Participant(identity: $0.identity, classID: $0.track.detection.classID, zones: $0.enteredZones)
    }
    return visits.observe(participants, at: now, settings: settings).map(event)
  }

  /// What added rules report of the objects of `tracks`.
  mutating func addedEvents(in tracks: [Track], at now: Double) -> [SceneEvent] {
    guard !added.isEmpty else { return [] }
    let frame = FrameEvents(self)
    let present = tracks.compactMap { objects[$0.id] }.filter(\.isReported).map(frame.object)
    var events: [SceneEvent] = []
    for index in added.indices {
      for value in added[index].rule.observe(present, at: now) {
        let kind = SceneEvent.Kind.added(rule: added[index].name, value: value)
        events.append(SceneEvent(kind, stamp: stamp, width: width, height: height))
      }
    }
    return events
  }

  /// The end of the visit, if there is one.
  mutating func finishedVisits() -> [SceneEvent] { visits.finish().map(event) }

  private func event(_ visit: Visit) -> SceneEvent {
    var visit = visit
    visit.start -= clock.offset
    visit.lastActive -= clock.offset
    return SceneEvent(.visit(visit), stamp: stamp, width: width, height: height)
  }
}
