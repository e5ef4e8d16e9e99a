package import Capture
package import Imaging
package import Rules
package import Scene
package import Tracking

/// The analysis of one source's frames around the network: privacy masks and motion gate before it, tracking and
/// rules after it. Holds all state from frame to frame.
///
/// A value without threads or locks. `FrameGate` and `SceneMemory` are its two halves: the service calls both in turn
/// on the worker that has the camera; a run has several networks working between them.
package struct SceneAnalyser: ~Copyable {
  /// Settings of the analysis.
  package struct Settings: Sendable {
    /// Areas to paint black.
    package var masks: [Polygon] = []
    /// Motion gate; `nil` runs the network on every frame.
    package var motion: MotionGate.Settings?
    /// Tracker; `nil` gives detections no identity.
    package var tracker: TrackerConfiguration?
    /// Scores at which detections are shown.
    package var shown = ShownScores()
    /// Rules that report events.
    package var rules = RulesConfiguration()

    package init() {}
  }

  private var gate: FrameGate
  private var memory: SceneMemory

  /// An analyser for a new source, or one that continues from `past`.
  package init(_ settings: Settings, restoring past: ScenePast? = nil) {
    gate = FrameGate(masks: settings.masks, motion: settings.motion)
    memory = SceneMemory(tracker: settings.tracker, shown: settings.shown, rules: settings.rules, past: past)
  }

  /// Paints the masks on the next frame; returns whether the network must run on it.
  package mutating func needsDetection(_ frame: borrowing CapturedFrame) throws(ImagingError) -> Bool {
    try gate.needsDetection(frame)
  }

  /// Whether something moved in the last frame; `nil` without a motion gate.
  package var hasMotion: Bool? { gate.hasMotion }

  /// Call it after the network failed on a frame: then no detections can be kept for a still scene.
  package mutating func forget() { gate.forget() }

  /// Tracks the detections and applies the rules.
  ///
  /// - Parameter detections: those of this frame; `nil` if the network did not run, which keeps the last ones.
  package mutating func conclude(_ detections: [Detection]?, of frame: borrowing CapturedFrame) -> AnalysedScene {
    let scene = memory.conclude(detections, of: frame)
    if detections != nil { gate.note(scene.findings) }
    return scene
  }

  /// Number of objects in the whole frame and in each zone, by class; zero counts are left out.
  package var counts: [ZoneCount] { memory.counts }

  /// Crossings of each line by direction and class, those before a restart included.
  package var lineTotals: [LineTotal] { memory.lineTotals }

  /// The end events of all objects, at the end of the source.
  package mutating func finish() -> [SceneEvent] { memory.finish() }

  /// The end events of all active objects, before the program stops and later continues from `state`.
  package mutating func suspend() -> [SceneEvent] { memory.suspend() }

  /// The ends of what was active when the source stopped to deliver frames, at `arrival` in monotonic nanoseconds; stationary
  /// objects keep their places over an outage.
  package mutating func outageEvents(at arrival: UInt64) -> [SceneEvent] { memory.outageEvents(at: arrival) }

  /// The state to keep over a restart.
  package var state: RulesState { memory.state }
}

/// The state of a scene when the program stopped.
package struct ScenePast: Sendable {
  /// State of the rules.
  package let state: RulesState
  /// Seconds since then.
  package let age: Double

  package init(_ state: RulesState, age: Double) {
    self.state = state
    self.age = age
  }
}

/// The result of analysing one frame.
package struct AnalysedScene: Sendable {
  /// Detections and tracks.
  package let findings: FrameFindings
  /// Events in order.
  package let events: [SceneEvent]
}

/// The part before the network: privacy masks, then the motion gate.
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

  var hasMotion: Bool? { motion?.hasMotion }

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

/// The part after the network: tracking, then rules.
struct SceneMemory {
  private var identities: IdentityAssignment
  private var rules: SceneRules
  /// Seconds for which an object may be out of sight.
  private let buffer: Double
  /// Detections of the last frame that the network ran on.
  private var detections: [Detection] = []

  init(tracker: TrackerConfiguration?, shown: ShownScores, rules: RulesConfiguration, past: ScenePast? = nil) {
    self.rules =
      past.map { SceneRules(configuration: rules, restoring: $0.state, after: $0.age) }
      ?? SceneRules(configuration: rules)
    identities = IdentityAssignment(tracker: tracker, shown: shown)
    buffer = tracker?.buffer ?? 0
  }

  mutating func conclude(_ detections: [Detection]?, of frame: borrowing CapturedFrame) -> AnalysedScene {
    if let detections { self.detections = detections }
    let layout = frame.pixels.layout
    var findings = FrameFindings(
      stamp: frame.stamp, width: layout.width, height: layout.height, fileName: frame.fileName,
      detections: self.detections)
    identities.track(&findings)
    let events = rules.events(in: findings)
    // What the filters hold back is not shown either.
    if rules.configuration.filters != ObjectFilters() { findings.keepDetections(where: rules.shows) }
    findings.presence = rules.presence
    findings.speeds = rules.speeds
    return AnalysedScene(findings: findings, events: events)
  }

  var counts: [ZoneCount] { rules.zoneCounts }

  var lineTotals: [LineTotal] { rules.lineTotals }

  mutating func finish() -> [SceneEvent] { rules.finish() }

  mutating func suspend() -> [SceneEvent] { rules.suspend() }

  mutating func outageEvents(at arrival: UInt64) -> [SceneEvent] { rules.outageEvents(at: arrival, buffer: buffer) }

  var state: RulesState { rules.state }
}
