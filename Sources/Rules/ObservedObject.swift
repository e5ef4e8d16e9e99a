internal import Scene

/// What is remembered of one object. Times are those of `SceneClock`.
struct ObservedObject: Hashable, Sendable, Codable {
  /// Unique within the camera.
  let identity: Int
  /// As it was seen last, with the tracker's own identity.
  var track: Track
  let firstSeen: Double
  var lastSeen: Double
  /// Seconds for which its place was seen empty.
  var missed = 0.0
  var scores = RecentScores()
  var place: PlaceKeeper
  /// One for each zone and line of the configuration.
  var stays: [ZoneStay]
  var watches: [LineWatch]
  /// Names of zones in the order it entered them.
  var enteredZones: [String] = []
  /// Whether the filters let it through, so that its start was reported.
  var isReported = false
  /// Whether it was there when the camera started, and has not moved since: no zone event is about it.
  var isPresumed: Bool
  /// Whether an event has shown it active. Optional, because saved states of earlier versions have none.
  private var hasArrived: Bool?
  /// Crossings from before it was reported: index of the line, and whether from left to right.
  var crossings: [Crossing] = []
  /// Stays that are over and not reported yet. Optional, because saved states of earlier versions have none.
  private var exits: [ZoneExit]?
  /// Where its lower edge was seen last. Optional, because saved states of earlier versions have none.
  var foot: FramePoint?
  /// Where it was seen before it was reported, in times of the source; `nil` since it was.
  private var earlier: [Sighting]?
  /// When it was reported last with all that is known, in which zones, and the best image by then.
  private(set) var lastReport: Double
  private(set) var reportedZones: [String] = []
  private(set) var bestImage = ImageQuality()

  struct Crossing: Hashable, Sendable, Codable {
    let line: Int
    let isInward: Bool
  }

  /// Most sightings that are kept of an object that the filters hold back: twenty seconds at five frames per second.
  private static let mostSightings = 100

  init(
    identity: Int, track: Track, in frame: FrameSize, firstSeen: Double, at now: Double, isPresumed: Bool, zones: Int,
    lines: Int, earlier: [Sighting] = []
  ) {
    self.identity = identity
    self.track = track
    self.firstSeen = firstSeen
    self.isPresumed = isPresumed
    self.earlier = earlier
    lastSeen = now
    lastReport = now
    place = PlaceKeeper(frame.share(of: track.detection.box), at: now, isStationary: isPresumed)
    stays = Array(repeating: ZoneStay(), count: zones)
    watches = Array(repeating: LineWatch(), count: lines)
  }

  /// Takes over how it is seen in a frame, by another track than before perhaps.
  mutating func see(_ track: Track, at now: Double) {
    let topScore = max(self.track.topScore, track.topScore)
    self.track = track
    self.track.topScore = topScore
    lastSeen = now
    missed = 0
    scores.append(track.detection.score)
  }

  var isStationary: Bool { place.isStationary }

  /// How fast it is: in the first of `zones` that it is in and that measures speeds.
  func speed(in zones: [Zone]) -> Speed? {
    for (zone, stay) in zip(zones, stays) {
      if let measure = zone.speed, let speed = stay.speed { return Speed(metresPerSecond: speed, unit: measure.unit) }
    }
    return nil
  }

  /// Keeps the end of a stay until it is reported.
  mutating func append(_ exit: ZoneExit) { exits = (exits ?? []) + [exit] }

  /// Ends of stays since the last call; those from before it was reported come with its start.
  mutating func takeExits() -> [ZoneExit] { exits.take() ?? [] }

  /// Keeps where it is in the frame at `seconds` of the source, since its start is not reported in it.
  mutating func noteSighting(at seconds: Double) {
    guard var sightings = earlier.take() else { return }
    if sightings.count == Self.mostSightings { sightings.removeFirst() }
    sightings.append(Sighting(track.detection.box, at: seconds, score: track.detection.score))
    earlier = sightings
  }

  /// Where it was seen before it was reported, from `begin` (seconds of the source) on, for its start; forgotten with that.
  mutating func takeSightings(since begin: Double) -> [Sighting] {
    (earlier.take() ?? []).filter { $0.seconds >= begin - timeTolerance }
  }

  /// Whether the next event is the first that shows it active; asked once an event.
  mutating func arrives() -> Bool {
    guard !isStationary, hasArrived != true else { return false }
    hasArrived = true
    return true
  }

  /// Settles whether it was active before, in a saved state that does not say so: unless it stood there from the start, it was.
  mutating func restoreArrival() { hasArrived = hasArrived ?? !isPresumed }

  /// Notes that it is reported in the frame that was seen last.
  mutating func noteReport(at now: Double, zones: [Zone]) {
    lastReport = now
    reportedZones = self.zones(of: zones)
    let image = ImageQuality(track.detection)
    if image.isBetter(than: bestImage) { bestImage = image }
  }

  /// Notes that an event has named its zones.
  mutating func noteZones(_ zones: [Zone]) { reportedZones = self.zones(of: zones) }
}

/// Width and height of a frame in pixels, at least 1.
struct FrameSize: Hashable, Sendable {
  let width: Double
  let height: Double

  init(width: Int, height: Int) {
    self.width = Double(max(width, 1))
    self.height = Double(max(height, 1))
  }

  /// `box` in shares of the frame.
  func share(of box: Box) -> Box {
    let width = Float(width), height = Float(height)
    return Box(minX: box.minX / width, minY: box.minY / height, maxX: box.maxX / width, maxY: box.maxY / height)
  }
}

/// How well an object is seen: by score, then by size.
struct ImageQuality: Hashable, Sendable, Codable {
  private var score: Float = 0
  private var area: Float = 0

  init() {}

  init(_ detection: Detection) {
    score = detection.score
    area = detection.box.area
  }

  /// Whether it is so much better than `other` that a new image is worth it.
  func isBetter(than other: ImageQuality) -> Bool {
    score > other.score + 0.05 || (area > 1.2 * other.area && score >= other.score - 0.02)
  }
}
