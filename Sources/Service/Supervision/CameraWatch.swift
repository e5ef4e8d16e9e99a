import Capture
import Imaging
import Outputs
import Scene
import Settings
import Streaming

/// What is done with a picture of one camera, and what is remembered from picture to picture.
struct CameraWatch: ~Copyable {
  private let events: CameraEvents
  private var mask: PrivacyMask
  private var gate: MotionGate?
  private var identities: IdentityAssignment
  private var answer: [Detection] = []

  init(_ settings: CameraSettings, plan: DetectionPlan, events: CameraEvents) {
    self.events = events
    mask = PrivacyMask(settings.privacyMasks)
    gate = settings.detect.motion.isGate ? MotionGate(settings.detect.motion) : nil
    identities = IdentityAssignment(tracker: plan.tracker, shown: plan.shown)
  }

  /// Paints privacy masks on the next picture and says whether the network has to look at it.
  mutating func needsLook(_ frame: borrowing CapturedFrame) throws(ImagingError) -> Bool {
    try mask.paint(frame.pixels)
    return !(gate?.isStill(LumaGrid(frame.pixels), at: frame.stamp.seconds) ?? false)
  }

  /// The network failed: there is no answer that a still scene could keep.
  mutating func forget() { gate?.forget() }

  /// What the picture of `layout` at `stamp` shows, by the network's `answer` or else by the one before; tells events.
  mutating func conclude(_ answer: [Detection]?, of stamp: FrameStamp, layout: PixelLayout) -> FrameFindings {
    if let answer { self.answer = answer }
    var findings = FrameFindings(
      stamp: stamp, width: layout.width, height: layout.height, detections: self.answer)
    identities.track(&findings)
    events.tell(findings)
    return findings
  }
}
