internal import Scene

/// The state of one tracked object: tentative or confirmed, seen or unseen.
struct TrackLifecycle: Sendable {
  /// Identity of a confirmed object, 0 before.
  var id = 0
  /// The last detection, its index among the detections of its frame, and its time.
  var detection: Detection
  var detectionIndex: Int
  var lastSeen: Double
  let firstSeen: Double
  var topScore: Float
  /// Sum of scores minus the cost of frames without a detection.
  var evidence: Float
  /// Frames since the last detection; 0 if it was detected in this frame.
  var framesUnseen = 0
  var filter: KalmanFilter
  /// Two observed positions at least `Heading.span` apart, for the direction of motion.
  var heading: Heading
  /// Where it was seen while it was tentative; empty once it is confirmed.
  var sightings: [Sighting] = []

  /// Cost of a frame without a detection.
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

  /// Predicts the state `step` seconds later.
  mutating func advance(by step: Double, restlessness: Double) {
    filter.predict(seconds: step, restlessness: restlessness, scale: Double(detection.box.height))
    framesUnseen += 1
    if framesUnseen > 1 {
      evidence -= Self.costOfAbsence
      filter.holdSize()
    }
  }

  /// Updates the state with a detection. A box of low score often shows only the visible part of an object that another
  /// one covers: with `isPartial` the size stays as it was predicted.
  mutating func see(_ seen: Detection, index: Int, at seconds: Double, isPartial: Bool) {
    filter.update(seen.box, showsSize: !isPartial)
    heading.see(seen.box, at: seconds)
    detection = seen
    detectionIndex = index
    lastSeen = seconds
    framesUnseen = 0
    topScore = max(topScore, seen.score)
    evidence += seen.score
  }

  /// The track to report; `smoothing` is the weight of the filter's box.
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
