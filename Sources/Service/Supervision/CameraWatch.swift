import Capture
import Imaging
import Inference
import Outputs
import Pipeline
import Scene
import Streaming

/// What is done with a picture of one camera, and what is remembered from picture to picture.
struct CameraWatch: ~Copyable {
  /// What came of a picture.
  struct Result {
    let findings: FrameFindings
    /// Whether the scene was still, so that the last answer was kept.
    let isStill: Bool
    /// Nanoseconds that the look at the brightness, the network, and tracking with its events took.
    let gateTime, inferTime, trackTime: UInt64
  }

  private let plan: DetectionPlan
  private let journal: Journal
  private var mask: PrivacyMask
  private var gate: MotionGate?
  private var identities: IdentityAssignment
  private var lines: EventLines
  private var answer: [Detection] = []

  init(_ settings: CameraSettings, plan: DetectionPlan, journal: Journal) {
    self.plan = plan
    self.journal = journal
    mask = PrivacyMask(settings.privacyMasks)
    gate = settings.detect.motion.isGate ? MotionGate(settings.detect.motion) : nil
    identities = IdentityAssignment(tracker: plan.tracker, shown: plan.shown)
    lines = EventLines(classes: plan.classes, camera: settings.name, clock: .wall)
  }

  /// Looks at the next picture, on which privacy masks are painted.
  mutating func look(at frame: borrowing CapturedFrame, with worker: DetectionWorker) throws -> Result {
    let start = MonotonicTime.nanoseconds
    try mask.paint(frame.pixels)
    let isStill = gate?.isStill(LumaGrid(frame.pixels), at: frame.stamp.seconds) ?? false
    let gated = MonotonicTime.nanoseconds
    if !isStill {
      do throws(InferenceError) {
        worker.options = plan.options
        answer = try worker.detect(frame.pixels)
      } catch {
        // There is no answer that a still scene could keep.
        gate?.forget()
        throw error
      }
    }
    let inferred = MonotonicTime.nanoseconds
    let layout = frame.pixels.layout
    var findings = FrameFindings(stamp: frame.stamp, width: layout.width, height: layout.height, detections: answer)
    identities.track(&findings)
    for line in lines.next(findings) { journal.note(line.text, kind: line.kind.rawValue) }
    return Result(
      findings: findings, isStill: isStill, gateTime: gated - start, inferTime: inferred - gated,
      trackTime: MonotonicTime.nanoseconds - inferred)
  }

  /// Ends all tracks: the camera is watched no more.
  mutating func finish() {
    for line in lines.finish() { journal.note(line.text, kind: line.kind.rawValue) }
  }
}
