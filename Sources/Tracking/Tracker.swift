public import Scene

/// Gives detections of one source an identity over time.
///
/// ByteTrack (Zhang et al. 2022) with a filter that tunes itself to the scene, an overlap that allows for the doubt about
/// the motion, and OC-SORT's heading. Online: a frame is answered from it and the frames before, and equal input gives
/// equal output. Times are the source's presentation times, so the frame rate may vary.
public struct Tracker: Sendable {
  /// What the tracker was told.
  public let configuration: TrackerConfiguration
  /// Identities given up in the last update, in rising order: their objects have left, or `buffer` is over.
  public private(set) var endedIdentities: [Int] = []
  /// The identity of the track that each detection of the last update continues, by index of the detection; `nil` for a
  /// detection that no reported track took.
  public private(set) var identities: [Int?] = []

  var tracks: [TrackLifecycle] = []
  var restlessness = Restlessness()
  private var nextID = 1
  private var now: Double?

  // Work space that outlives a frame.
  var assignment = Assignment()
  var costs: [Double] = []
  var detectionIsFree: [Bool] = []
  private var confirmed: [Int] = []
  private var others: [Int] = []
  private var high: [Int] = []
  private var low: [Int] = []

  /// A tracker that has seen nothing yet.
  public init(configuration: TrackerConfiguration = TrackerConfiguration()) {
    self.configuration = configuration
  }

  /// Takes in what a frame shows.
  ///
  /// Time that stands still is allowed; time that runs backwards or leaps over more than `buffer` ends all tracks.
  /// - Parameters:
  ///   - detections: boxes in source pixels, in any order, down to `lowScore`; boxes that are not finite or empty are
  ///     passed over.
  ///   - seconds: presentation time of the frame.
  /// - Returns: the confirmed objects seen in this frame, by rising identity. Identities count from 1 and are not used
  ///   again.
  public mutating func update(_ detections: [Detection], at seconds: Double) -> [Track] {
    endedIdentities.removeAll(keepingCapacity: true)
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
      // What the first frame shows was there before: it needs no proof of having come.
      if isFirst { confirm(tracks.count - 1) }
    }
    return report(count: detections.count)
  }

  /// Ends all tracks, for a source that is over; `endedIdentities` then holds those that were confirmed.
  public mutating func finish() {
    endedIdentities.removeAll(keepingCapacity: true)
    giveUpAll()
  }

  /// Sorts tracks and detections into those of each stage.
  private mutating func sort(_ detections: [Detection]) {
    high.removeAll(keepingCapacity: true)
    low.removeAll(keepingCapacity: true)
    confirmed.removeAll(keepingCapacity: true)
    detectionIsFree.removeAll(keepingCapacity: true)
    detectionIsFree.append(contentsOf: repeatElement(true, count: detections.count))
    for (index, detection) in detections.enumerated() where Self.isUsable(detection.box) {
      if detection.score >= configuration.highScore {
        high.append(index)
      } else if detection.score >= configuration.lowScore {
        low.append(index)
      }
    }
    for index in tracks.indices where tracks[index].isConfirmed { confirmed.append(index) }
  }

  private static func isUsable(_ box: Box) -> Bool {
    box.width > 0 && box.height > 0 && box.minX.isFinite && box.minY.isFinite && box.maxX.isFinite && box.maxY.isFinite
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
    nextID += 1
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

  /// The confirmed tracks seen in this frame, which showed `count` detections.
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
