package import Capture
package import Imaging
package import Rules
package import Scene
package import Tracking

/// What is done with each frame of one source besides running the network: privacy masks and the motion gate before it,
/// tracking and rules after it. Remembers what has to be known from frame to frame.
///
/// A value without threads or locks. `FrameGate` and `SceneMemory` are its two halves: the service calls both in turn on
/// whichever worker has the camera, a run lets several networks work between them.
package struct SceneAnalyser: ~Copyable {
  /// How a source is analysed.
  package struct Settings: Sendable {
    /// Areas that are painted black first.
    package var masks: [Polygon] = []
    /// When a still scene keeps its last detections; `nil` runs the network on every frame.
    package var motion: MotionGate.Settings?
    /// How to track; `nil` gives detections no identity.
    package var tracker: TrackerConfiguration?
    /// Which detections are reported.
    package var shown = ShownScores()
    /// What is to be noticed.
    package var rules = RulesConfiguration()

    package init() {}
  }

  private var gate: FrameGate
  private var memory: SceneMemory

  /// An analyser of a source that has shown nothing yet, or goes on from `past`.
  package init(_ settings: Settings, restoring past: ScenePast? = nil) {
    gate = FrameGate(masks: settings.masks, motion: settings.motion)
    memory = SceneMemory(tracker: settings.tracker, shown: settings.shown, rules: settings.rules, past: past)
  }

  /// Paints the masks on the next frame; returns whether the network has to run on it.
  package mutating func needsDetection(_ frame: borrowing CapturedFrame) throws(ImagingError) -> Bool {
    try gate.needsDetection(frame)
  }

  /// The network failed on the frame: there are no detections that a still scene could keep.
  package mutating func forget() { gate.forget() }

  /// What the frame shows and what happened in it.
  ///
  /// - Parameter detections: those of this frame; `nil` if the network did not run on it, which keeps the last ones.
  package mutating func conclude(_ detections: [Detection]?, of frame: borrowing CapturedFrame) -> AnalysedScene {
    let scene = memory.conclude(detections, of: frame)
    if detections != nil { gate.note(scene.findings) }
    return scene
  }

  /// How many objects are in the whole frame and in each zone, by class; what is not there is left out.
  package var counts: [ZoneCount] { memory.counts }

  /// The source is over: the ends of all objects that are still there.
  package mutating func finish() -> [SceneEvent] { memory.finish() }

  /// The program stops and will go on from `state`: the ends of all objects that are active.
  package mutating func suspend() -> [SceneEvent] { memory.suspend() }

  /// What is to outlive a restart.
  package var state: RulesState { memory.state }
}

/// What was known of a scene when the program stopped.
package struct ScenePast: Sendable {
  /// What the rules remember.
  package let state: RulesState
  /// Seconds since then.
  package let age: Double

  package init(_ state: RulesState, age: Double) {
    self.state = state
    self.age = age
  }
}

/// What came of one frame.
package struct AnalysedScene: Sendable {
  /// What it shows.
  package let findings: FrameFindings
  /// What happened in it, in order.
  package let events: [SceneEvent]
}

/// What comes before the network: privacy masks, then the motion gate.
struct FrameGate: ~Copyable {
  private var mask: PrivacyMask
  private var motion: MotionGate?

  init(masks: [Polygon], motion: MotionGate.Settings?) {
    mask = PrivacyMask(masks)
    self.motion = motion.map { MotionGate($0) }
  }

  mutating func needsDetection(_ frame: borrowing CapturedFrame) throws(ImagingError) -> Bool {
    try mask.paint(frame.pixels)
    return !(motion?.isStill(LumaGrid(frame.pixels), at: frame.stamp.seconds) ?? false)
  }

  mutating func forget() { motion?.forget() }

  /// The network found this in a frame.
  mutating func note(_ findings: FrameFindings) {
    let (width, height) = (Float(max(1, findings.width)), Float(max(1, findings.height)))
    motion?.note(
      findings.detections.map { detection in
        let box = detection.box
        return Box(minX: box.minX / width, minY: box.minY / height, maxX: box.maxX / width, maxY: box.maxY / height)
      })
  }
}

/// What comes after the network: tracking, then rules.
struct SceneMemory {
  private var identities: IdentityAssignment
  private var rules: SceneRules
  /// Those of the last frame that the network ran on.
  private var detections: [Detection] = []

  init(tracker: TrackerConfiguration?, shown: ShownScores, rules: RulesConfiguration, past: ScenePast? = nil) {
    self.rules =
      past.map { SceneRules(configuration: rules, restoring: $0.state, after: $0.age) }
      ?? SceneRules(configuration: rules)
    identities = IdentityAssignment(tracker: tracker, shown: shown)
  }

  mutating func conclude(_ detections: [Detection]?, of frame: borrowing CapturedFrame) -> AnalysedScene {
    if let detections { self.detections = detections }
    let layout = frame.pixels.layout
    var findings = FrameFindings(
      stamp: frame.stamp, width: layout.width, height: layout.height, fileName: frame.fileName,
      detections: self.detections)
    identities.track(&findings)
    return AnalysedScene(findings: findings, events: rules.events(in: findings))
  }

  var counts: [ZoneCount] { rules.zoneCounts }

  mutating func finish() -> [SceneEvent] { rules.finish() }

  mutating func suspend() -> [SceneEvent] { rules.suspend() }

  var state: RulesState { rules.state }
}
