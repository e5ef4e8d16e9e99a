internal import Scene

extension SceneRules {
  private var size: FrameSize { FrameSize(width: width, height: height) }

  /// An object that was not there before; `earlier` is where its track was seen before it was confirmed, which counts for
  /// zones and lines as what comes after does.
  mutating func appeared(_ track: Track, after earlier: [Sighting], at now: Double) -> ObservedObject {
    defer { nextIdentity += 1 }
    let settings = configuration.stationary
    // The tracker may have known the object for some frames before it was sure; times of the source may have leapt since.
    let firstSeen = min(max(track.firstSeen + clock.offset, clock.viewBegan), now)
    let isPresumed = settings.isPresumed && firstSeen - clock.viewBegan <= settings.settling
    var object = ObservedObject(
      identity: nextIdentity, track: track, in: size, firstSeen: firstSeen, at: now, isPresumed: isPresumed,
      zones: configuration.zones.count, lines: configuration.lines.count, earlier: earlier)
    for sighting in earlier {
      let time = sighting.seconds + clock.offset
      guard time >= firstSeen - timeTolerance, time <= now else { continue }
      var past = track
      past.detection.box = sighting.box
      past.detection.score = sighting.score
      sense(&object, as: past, at: time)
    }
    return object
  }

  /// Takes in what zones and lines need to know of `object`, seen as `track` at `time`.
  private func sense(_ object: inout ObservedObject, as track: Track, at time: Double) {
    // What was there before is in its zones already.
    let isSettled = object.scores.isEmpty && object.isPresumed
    object.see(track, at: time)
    observeZones(of: &object, at: time, isSettled: isSettled)
    observeLines(of: &object, at: time)
  }

  /// Takes in how a frame shows `object`.
  mutating func observe(
    _ object: inout ObservedObject, as track: Track, at now: Double, into events: inout FrameEvents
  ) {
    let lastSeen = object.lastSeen
    let change = object.place.observe(size.share(of: track.detection.box), at: now, settings: configuration.stationary)
    if change == .moved { object.isPresumed = false }
    sense(&object, as: track, at: now)
    guard object.isReported || start(&object, at: now, into: &events) else { return }
    notePresence(of: &object, since: lastSeen)
    speeds[track.id] = object.speed(in: configuration.zones)
    switch change {
    case .stopped: events.append(.stationary, of: object)
    case .moved: events.appendActive(of: &object)
    case nil: break
    }
    reportZones(of: &object, into: &events)
    reportCrossings(of: &object, into: &events)
    if isUpdateDue(object, at: now) {
      object.noteReport(at: now, zones: configuration.zones)
      events.append(.update, of: object)
    }
  }

  private func observeZones(of object: inout ObservedObject, at now: Double, isSettled: Bool) {
    let detection = object.track.detection, size = size
    for (index, zone) in configuration.zones.enumerated() where zone.classes?.contains(detection.classID) ?? true {
      let isIn = zone.area.contains(zone.anchor.point(of: detection.box, width: size.width, height: size.height))
      let mayEnter =
        isIn
        && zone.filter.admits(
          detection, median: object.scores.median, width: size.width, height: size.height)
      let change = object.stays[index].observe(
        isIn: isIn, mayEnter: mayEnter, at: now, hold: isSettled ? 0 : zone.hold)
      switch change {
      case .entered: if !object.enteredZones.contains(zone.name) { object.enteredZones.append(zone.name) }
      case .left(let dwell, let speed): object.append(ZoneExit(zone: index, dwell: dwell, speed: speed, of: zone))
      case nil: break
      }
      if isIn, let measure = zone.speed {
        let foot = Anchor.bottom.point(of: detection.box, width: size.width, height: size.height)
        if let position = measure.ground.position(x: foot.x, y: foot.y) {
          object.stays[index].measure(position, isStationary: object.isStationary, at: now)
        }
      }
    }
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
