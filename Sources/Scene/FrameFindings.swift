/// The results of detection and tracking in one frame, the input of rules and sinks, and what rules measure of each track.
public struct FrameFindings: Hashable, Sendable {
  /// Which frame, and when.
  public var stamp: FrameStamp
  /// Width of the frame in pixels.
  public var width: Int
  /// Height of the frame in pixels.
  public var height: Int
  /// Name of the file, if the frame is a still image.
  public var fileName: String?
  /// Detections to show, boxes in source pixels, highest score first.
  public var detections: [Detection]
  /// For each detection the identity of the track it continues; empty without tracking.
  public var identities: [Int?] = []
  /// Tracks seen in this frame by ascending identity, with smoothed boxes.
  public var tracks: [Track] = []
  /// Identities whose tracks ended in this frame, ascending.
  public var endedIdentities: [Int] = []
  /// Where objects spent the time since they were last seen, by rules.
  public var presence: [Presence] = []
  /// Speeds of tracks in zones with measured sides, by identity.
  public var speeds: [Int: Speed] = [:]
  /// For tracks that were confirmed in this frame: where they were seen in the frames before, oldest first, by identity.
  public var earlierSightings: [Int: [Sighting]] = [:]

  /// Results of the frame at `stamp` of `width` × `height` pixels.
  public init(stamp: FrameStamp, width: Int, height: Int, fileName: String? = nil, detections: [Detection]) {
    self.stamp = stamp
    self.width = width
    self.height = height
    self.fileName = fileName
    self.detections = detections
  }

  /// The tracks whose detection is in `detections`. Other tracks continue with a detection below the display
  /// threshold.
  public var visibleTracks: [Track] {
    let visible = Set(identities.compactMap(\.self))
    return tracks.filter { visible.contains($0.id) }
  }

  /// Leaves out the detections for which `isKept` is false, by detection, identity of its track, and size of the frame.
  public mutating func keepDetections(
    where isKept: (_ detection: Detection, _ identity: Int?, _ width: Int, _ height: Int) -> Bool
  ) {
    let hasIdentities = !identities.isEmpty
    let kept = detections.indices.filter {
      isKept(detections[$0], hasIdentities ? identities[$0] : nil, width, height)
    }
    guard kept.count < detections.count else { return }
    detections = kept.map { detections[$0] }
    if hasIdentities { identities = kept.map { identities[$0] } }
  }

  /// The detections without a track.
  public var untracked: [Detection] {
    identities.isEmpty ? detections : zip(detections, identities).filter { $1 == nil }.map(\.0)
  }
}
