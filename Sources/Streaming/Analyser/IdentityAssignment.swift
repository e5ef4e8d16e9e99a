import Scene
import Tracking

/// Tracks the detections of one source, and decides which are shown.
///
/// The detector also returns detections below the display threshold: they can continue a track, as in ByteTrack
/// (Zhang et al., 2022), and are not shown.
struct IdentityAssignment {
  private var tracker: Tracker?
  /// Width and height of the last frame in pixels.
  private var size: (width: Int, height: Int)?
  private let shown: ShownScores

  init(tracker: TrackerConfiguration?, shown: ShownScores) {
    self.tracker = tracker.map { Tracker(configuration: $0) }
    self.shown = shown
  }

  /// Adds tracks and identities to `findings`, and removes detections below the display threshold.
  mutating func track(_ findings: inout FrameFindings) {
    guard var tracker = tracker.take() else {
      findings.detections.removeAll { !shown.includes($0) }
      return
    }
    var ended: [Int] = []
    if let size, size != (findings.width, findings.height) {
      // Boxes of another frame size cannot be matched.
      tracker.finish()
      ended = tracker.endedIdentities
    }
    size = (findings.width, findings.height)
    let all = findings.detections
    findings.tracks = tracker.update(all, at: findings.stamp.seconds)
    findings.endedIdentities = ended + tracker.endedIdentities
    findings.earlierSightings = tracker.earlierSightings
    let identities = tracker.identities
    self.tracker = tracker
    let kept = all.indices.filter { shown.includes(all[$0]) }
    findings.detections = kept.map { all[$0] }
    findings.identities = kept.map { identities[$0] }
  }
}
