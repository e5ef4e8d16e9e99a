package import Scene

extension SceneRules {
  /// What is over although no frame shows it: the source has delivered none since the latest one.
  ///
  /// As in frames, active objects have left when they are out of sight for longer than `buffer` seconds, and their visit is over
  /// after its gap. Stationary ones keep their places: nobody has seen these empty.
  ///
  /// - Parameter arrival: the present, in monotonic nanoseconds.
  package mutating func outageEvents(at arrival: UInt64, buffer: Double) -> [SceneEvent] {
    let latest = stamp
    stamp = latest.later(at: arrival)
    defer { stamp = latest }
    let now = clock.now + (stamp.seconds - latest.seconds)
    var ends = FrameEvents(self)
    for (id, object) in objects.sorted(by: { $0.key < $1.key })
    where !object.isStationary && now - object.lastSeen > buffer + timeTolerance { release(id, into: &ends) }
    return ends.all + visitEvents(in: [], at: now)
  }
}

extension FrameStamp {
  /// The stamp that a frame would have which arrived at `arrival`, in monotonic nanoseconds.
  fileprivate func later(at arrival: UInt64) -> FrameStamp {
    let nanoseconds = max(arrival, self.arrival) - self.arrival
    return FrameStamp(
      index: index, seconds: seconds + Double(nanoseconds) / 1e9, arrival: self.arrival + nanoseconds,
      taken: taken.map { $0 + Int64(nanoseconds / 1000) })
  }
}
