internal import Scene

/// How objects end, and how the places of stationary ones are kept.
extension SceneRules {
  /// The tracker gave up the track of identity `id`: its object has left, unless it is stationary. That of a parked car
  /// is hidden or was not recognised, and its place is kept for it.
  mutating func release(_ id: Int, into events: inout FrameEvents) {
    guard let object = objects.removeValue(forKey: id) else { return }
    if object.isStationary, object.isReported, configuration.stationary.memory > 0 {
      kept.append(object)
      kept.sort { $0.identity < $1.identity }
    } else {
      end(object, into: &events)
    }
  }

  /// Reports the end of `object`, and what its stays and ways came to.
  mutating func end(_ object: ObservedObject, into events: inout FrameEvents) {
    guard object.isReported else { return }
    var object = object
    for (index, line) in configuration.lines.enumerated() {
      let classes = line.classes
      guard classes?.contains(object.track.detection.classID) ?? true else { continue }
      if let isInward = object.watches[index].finish() {
        object.crossings.append(.init(line: index, isInward: isInward))
      }
    }
    for index in object.stays.indices {
      if case .left(let dwell, let speed) = object.stays[index].leave() {
        object.append(ZoneExit(zone: index, dwell: dwell, speed: speed, of: configuration.zones[index]))
      }
    }
    // In one list: the end closes what is known of an object.
    var places = FrameEvents(self)
    reportCrossings(of: &object, into: &places)
    reportZones(of: &object, into: &places)
    events.append(contentsOf: places)
    events.append(.end, of: object)
  }

  /// The stationary object of the same class whose place a new track is at, the best by overlap. It has no track any more,
  /// or one that does not see it.
  mutating func found(_ track: Track, in findings: FrameFindings) -> ObservedObject? {
    let box = FrameSize(width: width, height: height).share(of: track.detection.box)
    func overlap(_ object: ObservedObject) -> Float {
      guard object.isStationary, object.track.detection.classID == track.detection.classID else { return 0 }
      return object.place.place.intersectionOverUnion(with: box)
    }
    let seen = Set(findings.tracks.map(\.id))
    let unseen = objects.filter { !seen.contains($0.key) && $0.value.isReported }.map(\.value)
    let candidates = (kept + unseen).map { (object: $0, overlap: overlap($0)) }
    let best = candidates.filter { $0.overlap > 0.5 }.max {
      ($0.overlap, $1.object.identity) < ($1.overlap, $0.object.identity)
    }
    guard let object = best?.object else { return nil }
    kept.removeAll { $0.identity == object.identity }
    objects[object.track.id] = objects[object.track.id]?.identity == object.identity ? nil : objects[object.track.id]
    return object
  }

  /// Ends objects whose places were seen empty for too long. A place that something covers is not seen.
  mutating func expire(at now: Double, seen findings: FrameFindings, into events: inout FrameEvents) {
    guard !kept.isEmpty else { return }
    let settings = configuration.stationary
    let size = FrameSize(width: width, height: height)
    let boxes = findings.tracks.map { size.share(of: $0.detection.box) }
    for index in kept.indices {
      let place = kept[index].place.place
      let isCovered = boxes.contains { $0.intersectionArea(with: place) >= 0.5 * place.area }
      if !isCovered { kept[index].missed += clock.step }
    }
    func isOver(_ object: ObservedObject) -> Bool {
      object.missed > settings.memory || now - object.lastSeen > settings.longestMemory
    }
    for object in kept where isOver(object) { end(object, into: &events) }
    kept.removeAll(where: isOver)
  }
}
