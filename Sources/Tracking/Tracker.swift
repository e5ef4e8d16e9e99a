public import Scene

/// Multi-object tracking: assigns identities to the detections of one source.
///
/// ByteTrack (Zhang et al. 2022) with an adaptive Kalman filter, an IoU that allows for uncertain motion, and
/// OC-SORT's direction of motion. Online (a result depends on the frame and earlier ones only) and deterministic.
/// Times are presentation times of the source, so the frame rate can vary.
public struct Tracker: Sendable {
  /// Thresholds and times.
  public let configuration: TrackerConfiguration
  /// Identities whose tracks ended in the last update, ascending: the object left, or was out of sight for `buffer`.
  public private(set) var endedIdentities: [Int] = []
  /// For each detection of the last update the identity of the track it continues; `nil` if it continues no reported
  /// track.
  public private(set) var identities: [Int?] = []
  /// Where the objects that the last update confirmed were seen before it, by identity; oldest first, boxes as in tracks.
  /// Objects that were confirmed in their first frame are left out.
  package private(set) var earlierSightings: [Int: [Sighting]] = [:]

  var tracks: [TrackLifecycle] = []
  var restlessness = Restlessness()
  private var nextID = 1
  private var now: Double?

  // Work arrays, kept between frames.
  var assignment = Assignment()
  var costs: [Double] = []
  var detectionIsFree: [Bool] = []
  private var confirmed: [Int] = []
  private var others: [Int] = []
  private var high: [Int] = []
  private var low: [Int] = []

  /// A tracker without tracks.
  public init(configuration: TrackerConfiguration = TrackerConfiguration()) {
    self.configuration = configuration
  }

  /// Updates the tracks with the detections of a frame.
  ///
  /// Equal times are allowed; time that runs backwards or jumps by more than `buffer` ends all tracks.
  /// - Parameters:
  ///   - detections: boxes in source pixels, in any order, with scores down to `lowScore`; those with an empty box
  ///     or a number that is not finite are ignored.
  ///   - seconds: presentation time of the frame.
  /// - Returns: the confirmed objects in this frame by ascending identity. Identities start at 1 and are never
  ///   reused.
  public mutating func update(_ detections: [Detection], at seconds: Double) -> [Track] {
    endedIdentities.removeAll(keepingCapacity: true)
    earlierSightings.removeAll(keepingCapacity: true)
    let isFirst = now == nil
    let step = seconds - (now ?? seconds)
    if !(step >= 0 && step <= configuration.buffer) { giveUpAll() }
    let moved = step >= 0 && step <= configuration.buffer ? step : 0
    now = seconds.isFinite ? seconds : now
    for index in tracks.indices { tracks[index].advance(by: moved, restlessness: restlessness.factor) }

    sort(detections)
    match(confirmed, with: high, of: detections, at: seconds, stage: .first)
    others.removeAll(keepingCapacity: true)
    for index in confirmed where tracks[index].framesUnseen == 1 { others.append(index) }
    match(others, with: low, of: detections, at: seconds, stage: .second)
    others.removeAll(keepingCapacity: true)
    for index in tracks.indices where !tracks[index].isConfirmed { others.append(index) }
    match(others, with: high, of: detections, at: seconds, stage: .first)
    restlessness.settle()

    confirmTracks()
    giveUpTracks(at: seconds)
    for index in high where detectionIsFree[index] {
      tracks.append(TrackLifecycle(detections[index], index: index, at: seconds))
      // Objects in the first frame were there before, so they are confirmed at once.
      if isFirst { confirm(tracks.count - 1) }
    }
    noteSightings(at: seconds)
    return report(count: detections.count)
  }

  /// Ends all tracks at the end of the source; `endedIdentities` then contains the confirmed ones.
  public mutating func finish() {
    endedIdentities.removeAll(keepingCapacity: true)
    earlierSightings.removeAll(keepingCapacity: true)
    giveUpAll()
  }

  /// Divides tracks and detections between the stages.
  private mutating func sort(_ detections: [Detection]) {
    high.removeAll(keepingCapacity: true)
    low.removeAll(keepingCapacity: true)
    confirmed.removeAll(keepingCapacity: true)
    detectionIsFree.removeAll(keepingCapacity: true)
    detectionIsFree.append(contentsOf: repeatElement(true, count: detections.count))
    for (index, detection) in detections.enumerated() where Self.isUsable(detection) {
      if detection.score >= configuration.highScore {
        high.append(index)
      } else if detection.score >= configuration.lowScore {
        low.append(index)
      }
    }
    for index in tracks.indices where tracks[index].isConfirmed { confirmed.append(index) }
  }

  /// A box of finite size has finite edges.
  private static func isUsable(_ detection: Detection) -> Bool {
    let (width, height) = (detection.box.width, detection.box.height)
    return width > 0 && height > 0 && width.isFinite && height.isFinite && detection.score.isFinite
  }

  private mutating func confirmTracks() {
    for index in tracks.indices
    where !tracks[index].isConfirmed && tracks[index].framesUnseen == 0
      && tracks[index].evidence >= configuration.evidenceToConfirm
    {
      confirm(index)
    }
  }

  private mutating func confirm(_ index: Int) {
    tracks[index].id = nextID
    if !tracks[index].sightings.isEmpty {
      earlierSightings[nextID] = tracks[index].sightings
      tracks[index].sightings = []
    }
    nextID += 1
  }

  /// Keeps the boxes of tentative tracks: once an object is confirmed, its path is known from its first frame on.
  private mutating func noteSightings(at seconds: Double) {
    for index in tracks.indices where !tracks[index].isConfirmed && tracks[index].framesUnseen == 0 {
      let detection = tracks[index].reported(smoothing: configuration.smoothing).detection
      tracks[index].sightings.append(Sighting(detection.box, at: seconds, score: detection.score))
    }
  }

  private mutating func giveUpTracks(at seconds: Double) {
    var kept = 0
    for index in tracks.indices {
      let track = tracks[index]
      let patience = track.isConfirmed ? configuration.buffer : configuration.tentativeBuffer
      if seconds - track.lastSeen <= patience + 1e-6 {
        tracks[kept] = track
        kept += 1
      } else if track.isConfirmed {
        endedIdentities.append(track.id)
      }
    }
    tracks.removeLast(tracks.count - kept)
    endedIdentities.sort()
  }

  private mutating func giveUpAll() {
    for track in tracks where track.isConfirmed { endedIdentities.append(track.id) }
    endedIdentities.sort()
    tracks.removeAll(keepingCapacity: true)
  }

  /// The confirmed tracks in this frame, which had `count` detections.
  private mutating func report(count: Int) -> [Track] {
    identities.removeAll(keepingCapacity: true)
    identities.append(contentsOf: repeatElement(nil, count: count))
    var shown: [Track] = []
    shown.reserveCapacity(tracks.count)
    for track in tracks where track.isConfirmed && track.framesUnseen == 0 {
      identities[track.detectionIndex] = track.id
      shown.append(track.reported(smoothing: configuration.smoothing))
    }
    shown.sort { $0.id < $1.id }
    return shown
  }
}
