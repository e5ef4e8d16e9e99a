internal import Scene

/// One object the tracker follows, shown or not: first tentative, then confirmed with an identity, in sight or not.
struct TrackLifecycle: Sendable {
  /// Identity once it is confirmed, 0 before.
  var id = 0
  /// What the detector saw last, its index among the detections of that frame, and when.
  var detection: Detection
  var detectionIndex: Int
  var lastSeen: Double
  let firstSeen: Double
  var topScore: Float
  /// Scores collected less what frames out of sight cost.
  var evidence: Float
  /// Frames since it was last seen; 0 in a frame that shows it.
  var framesUnseen = 0
  var filter: KalmanFilter
  /// Two places it was seen at, at least `Heading.span` apart, for its heading.
  var heading: Heading

  /// What a frame out of sight costs.
  static let costOfAbsence: Float = 0.5

  init(_ detection: Detection, index: Int, at seconds: Double) {
    self.detection = detection
    detectionIndex = index
    lastSeen = seconds
    firstSeen = seconds
    topScore = detection.score
    evidence = detection.score
    filter = KalmanFilter(detection.box)
    heading = Heading(detection.box, at: seconds)
  }

  var isConfirmed: Bool { id > 0 }

  /// Expects where it is `step` seconds later.
  mutating func advance(by step: Double, restlessness: Double) {
    filter.predict(seconds: step, restlessness: restlessness, scale: Double(detection.box.height))
    framesUnseen += 1
    if framesUnseen > 1 {
      evidence -= Self.costOfAbsence
      filter.holdSize()
    }
  }

  /// Takes in what the detector saw of it.
  mutating func see(_ seen: Detection, index: Int, at seconds: Double) {
    filter.update(seen.box)
    heading.see(seen.box, at: seconds)
    detection = seen
    detectionIndex = index
    lastSeen = seconds
    framesUnseen = 0
    topScore = max(topScore, seen.score)
    evidence += seen.score
  }

  /// The track as it is reported; `smoothing` is the share of the filter in the box.
  func reported(smoothing: Float) -> Track {
    var shown = detection
    let smooth = filter.box
    let seen = detection.box
    func mixed(_ a: Float, _ b: Float) -> Float { a + smoothing * (b - a) }
    shown.box = Box(
      minX: mixed(seen.minX, smooth.minX), minY: mixed(seen.minY, smooth.minY), maxX: mixed(seen.maxX, smooth.maxX),
      maxY: mixed(seen.maxY, smooth.maxY))
    return Track(id: id, detection: shown, firstSeen: firstSeen, topScore: topScore)
  }
}
