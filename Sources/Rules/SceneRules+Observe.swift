internal import Scene

extension SceneRules {
  private var size: FrameSize { FrameSize(width: width, height: height) }

  /// An object that was not there before; `earlier` is where its track was seen before it was confirmed.
  mutating func appeared(_ track: Track, after earlier: [Sighting], at now: Double) -> ObservedObject {
    defer { nextIdentity += 1 }
    let settings = configuration.stationary
    // The tracker may have known the object for some frames before it was sure; times of the source may have leapt since.
    let firstSeen = min(max(track.firstSeen + clock.offset, clock.viewBegan), now)
    let isPresumed = settings.isPresumed && firstSeen - clock.viewBegan <= settings.settling
    return ObservedObject(
      identity: nextIdentity, track: track, in: size, firstSeen: firstSeen, at: now, isPresumed: isPresumed,
      zones: configuration.zones.count, lines: configuration.lines.count, earlier: earlier)
  }

  /// Takes in how a frame shows `object`.
  mutating func observe(
    _ object: inout ObservedObject, as track: Track, at now: Double, into events: inout FrameEvents
  ) {
    let isNew = object.scores.isEmpty, lastSeen = object.lastSeen
    object.see(track, at: now)
    let change = object.place.observe(size.share(of: track.detection.box), at: now, settings: configuration.stationary)
    if change == .moved { object.isPresumed = false }
    // What was there before is in its zones already.
    let exits = observeZones(of: &object, at: now, isSettled: isNew && object.isPresumed)
    observeLines(of: &object, at: now)
    guard object.isReported || start(&object, at: now, into: &events) else { return }
    notePresence(of: &object, since: lastSeen)
    speeds[track.id] = object.speed(in: configuration.zones)
    switch change {
    case .stopped: events.append(.stationary, of: object)
    case .moved: events.appendActive(of: &object)
    case nil: break
    }
    reportZones(of: &object, exits: exits, into: &events)
    reportCrossings(of: &object, into: &events)
    if isUpdateDue(object, at: now) {
      object.noteReport(at: now, zones: configuration.zones)
      events.append(.update, of: object)
    }
  }

  /// The stays that are over.
  private func observeZones(of object: inout ObservedObject, at now: Double, isSettled: Bool) -> [ZoneExit] {
    var exits: [ZoneExit] = []
    let detection = object.track.detection, size = size
    for (index, zone) in configuration.zones.enumerated() where zone.classes?.contains(detection.classID) ?? true {
      let isIn = zone.area.contains(zone.anchor.point(of: detection.box, width: size.width, height: size.height))
      let mayEnter =
        isIn && object.scores.median >= zone.minScore
        && detection.box.share(width: size.width, height: size.height) >= zone.minArea
      let change = object.stays[index].observe(
        isIn: isIn, mayEnter: mayEnter, at: now, hold: isSettled ? 0 : zone.hold)
      switch change {
      case .entered: if !object.enteredZones.contains(zone.name) { object.enteredZones.append(zone.name) }
      case .left(let dwell, let speed): exits.append(ZoneExit(zone: index, dwell: dwell, speed: speed, of: zone))
      case nil: break
      }
      if isIn, let measure = zone.speed {
        let foot = Anchor.bottom.point(of: detection.box, width: size.width, height: size.height)
        if let position = measure.ground.position(x: foot.x, y: foot.y) {
          object.stays[index].measure(position, isStationary: object.isStationary, at: now)
        }
      }
    }
    return exits
  }

  private func observeLines(of object: inout ObservedObject, at now: Double) {
    let detection = object.track.detection, size = size
    for (index, line) in configuration.lines.enumerated() where line.classes?.contains(detection.classID) ?? true {
      let point = line.anchor.point(of: detection.box, width: size.width, height: size.height)
      let extent = Double(detection.box.width + detection.box.height) / 2
      let crossing = object.watches[index].observe(
        point, at: now, line: line,
        isClear: line.isClear(point, size: extent, width: size.width, height: size.height))
      if let crossing { object.crossings.append(.init(line: index, isInward: crossing)) }
    }
  }

  /// Reports `object` for the first time if the filters let it through.
  private func start(_ object: inout ObservedObject, at now: Double, into events: inout FrameEvents) -> Bool {
    let detection = object.track.detection
    let filter = configuration.filters[classID: detection.classID]
    guard filter.admits(detection, median: object.scores.median, width: size.width, height: size.height) else {
      object.noteSighting(at: stamp.seconds)
      return false
    }
    object.isReported = true
    object.noteReport(at: now, zones: configuration.zones)
    events.appendStart(of: &object)
    return true
  }
}
