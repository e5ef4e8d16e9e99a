import Scene
import Tracking

/// Gives the detections of one source their identities, and decides which are shown.
///
/// The detector is asked for weaker detections than the user wants to see: they may continue a track, as ByteTrack has it
/// (Zhang et al., 2022), and are not shown.
struct IdentityAssignment {
  private var tracker: Tracker?
  /// Columns and rows of the last frame.
  private var size: (width: Int, height: Int)?
  private let shown: ShownScores

  init(tracker: TrackerConfiguration?, shown: ShownScores) {
    self.tracker = tracker.map { Tracker(configuration: $0) }
    self.shown = shown
  }

  /// Adds tracks and identities to what a frame shows, and takes out what is not to be shown.
  mutating func track(_ findings: inout FrameFindings) {
    guard var tracker = tracker.take() else {
      findings.detections.removeAll { !shown.includes($0) }
      return
    }
    var ended: [Int] = []
    if let size, size != (findings.width, findings.height) {
      // Boxes in pixels of another size lie elsewhere.
      tracker.finish()
      ended = tracker.endedIdentities
    }
    size = (findings.width, findings.height)
    let all = findings.detections
    findings.tracks = tracker.update(all, at: findings.stamp.seconds)
    findings.endedIdentities = ended + tracker.endedIdentities
    let identities = tracker.identities
    self.tracker = tracker
    let kept = all.indices.filter { shown.includes(all[$0]) }
    findings.detections = kept.map { all[$0] }
    findings.identities = kept.map { identities[$0] }
  }
}
