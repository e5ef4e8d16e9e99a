package import Scene

extension SceneRules {
  /// Whether `detection` of the latest frame may be shown: its track is an object, or the filters would let it become one.
  ///
  /// - Parameters:
  ///   - identity: of its track; `nil` without one.
  ///   - width: of the frame in pixels.
  ///   - height: of the frame in pixels.
  package func shows(_ detection: Detection, identity: Int?, width: Int, height: Int) -> Bool {
    let object = identity.flatMap { objects[$0] }
    if let object, object.isReported { return true }
    return configuration.filters[classID: detection.classID].admits(
      detection, median: object?.scores.median ?? detection.score, width: Double(max(width, 1)),
      height: Double(max(height, 1)))
  }

  /// Longest time out of sight, in seconds, that counts as time on the way between the two places; at slow frame rates twice
  /// the time between two frames.
  private static let longestGap = 2.0

  /// Notes where `object`, which is seen in this frame, spent the time since `lastSeen`.
  mutating func notePresence(of object: inout ObservedObject, since lastSeen: Double) {
    let box = object.track.detection.box
    let foot = Anchor.bottom.point(of: box, width: Double(max(width, 1)), height: Double(max(height, 1)))
    let before = object.foot
    object.foot = foot
    let gap = clock.now - lastSeen
    // Without a step the camera has not seen what happened meanwhile.
    guard let before, clock.step > 0, gap > 0, gap <= max(Self.longestGap, 2 * clock.step) else { return }
    presence.append(
      Presence(
        from: Polygon.Corner(x: Float(before.x), y: Float(before.y)),
        to: Polygon.Corner(x: Float(foot.x), y: Float(foot.y)), seconds: gap,
        classID: object.track.detection.classID, isStationary: object.isStationary))
  }
}
