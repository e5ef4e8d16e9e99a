import Inference
import Rules
import Scene
import Settings
import Streaming
import Tracking

/// A camera's settings, resolved for the network and the tracker.
struct DetectionPlan: Sendable {
  let classes: ClassCatalogue
  let options: DetectionOptions
  let scene: SceneAnalyser.Settings

  /// Fails with `configuration` for a class that is not in the network.
  init(_ settings: CameraSettings, classes: ClassCatalogue) throws(ServiceError) {
    do throws(ConfigurationError) { try self.init(resolving: settings, classes) } catch { throw ServiceError(error) }
  }

  private init(resolving settings: CameraSettings, _ classes: ClassCatalogue) throws(ConfigurationError) {
    self.classes = classes
    let detect = settings.detect
    var tracker: TrackerConfiguration?
    if settings.track.isEnabled {
      var configuration = TrackerConfiguration()
      configuration.buffer = settings.track.buffer
      // Detections below the user's limit must not start a track, but may continue one.
      configuration.highScore = max(configuration.highScore, detect.confidence)
      tracker = configuration.forFrames(apart: 1 / detect.rate)
    }
    var options = DetectionOptions(
      confidence: min(detect.confidence, tracker?.lowScore ?? 1), overlap: detect.overlap)
    options.classes = try classes.indices(of: detect.classes, at: "cameras.\(settings.name).detect.classes")
    // As in a run: below its threshold nothing of a class reaches the tracker, so it can begin no track either.
    options.classConfidence = try classes.values(
      of: detect.classConfidence, at: "cameras.\(settings.name).detect.class_conf")
    var shown = ShownScores()
    shown.ofClass = options.classConfidence
    shown.lowest = detect.confidence
    self.options = options
    var scene = SceneAnalyser.Settings()
    scene.masks = settings.privacyMasks
    scene.motion = detect.motion.gate(masks: settings.motionMasks)
    scene.tracker = tracker
    scene.shown = shown
    scene.rules = try RulesConfiguration(settings, classes: classes)
    self.scene = scene
  }
}

extension DetectSettings.Motion {
  /// Settings of the motion gate, which ignores what changes in `masks`; `nil` if it is off.
  func gate(masks: [Polygon]) -> MotionGate.Settings? {
    isGate ? MotionGate.Settings(threshold: threshold, refresh: refresh, masks: masks) : nil
  }
}
