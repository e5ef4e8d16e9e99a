/// The results of detection and tracking in one frame, the input of rules and sinks, and what rules measure of each track.
package struct FrameFindings: Hashable, Sendable {
  /// Which frame, and when.
  package var stamp: FrameStamp
  /// Width of the frame in pixels.
  package var width: Int
  /// Height of the frame in pixels.
  package var height: Int
  /// Name of the file, if the frame is a still image.
  package var fileName: String?
  /// Detections to show, boxes in source pixels, highest score first.
  package var detections: [Detection]
  /// For each detection the identity of the track it continues; empty without tracking.
  package var identities: [Int?] = []
  /// Tracks seen in this frame by ascending identity, with smoothed boxes.
  package var tracks: [Track] = []
  /// Identities whose tracks ended in this frame, ascending.
  package var endedIdentities: [Int] = []
  /// Where objects spent the time since they were last seen, by rules.
  package var presence: [Presence] = []
  /// Speeds of tracks in zones with measured sides, by identity.
  package var speeds: [Int: Speed] = [:]
  /// For tracks that were confirmed in this frame: where they were seen in the frames before, oldest first, by identity.
  package var earlierSightings: [Int: [Sighting]] = [:]

  /// Results of the frame at `stamp` of `width` × `height` pixels.
  package init(stamp: FrameStamp, width: Int, height: Int, fileName: String? = nil, detections: [Detection]) {
    self.stamp = stamp
    self.width = width
    self.height = height
    self.fileName = fileName
    self.detections = detections
  }

  /// The tracks whose detection is in `detections`. Other tracks continue with a detection below the display
  /// threshold.
  package var visibleTracks: [Track] {
    let visible = Set(identities.compactMap(\.self))
    return tracks.filter { visible.contains($0.id) }
  }

  /// Leaves out the detections for which `isKept` is false, by detection, identity of its track, and size of the frame.
  package mutating func keepDetections(
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
  package var untracked: [Detection] {
    identities.isEmpty ? detections : zip(detections, identities).filter { $1 == nil }.map(\.0)
  }
}
