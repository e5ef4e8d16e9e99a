import ArgumentParser
import GELAN
import Inference
import Outputs
import Rules
import Scene
import Settings
import Streaming
import Tracking

/// What 'run', 'annotate' and 'merge' have in common: what is read of an input, and what is done with its frames.
struct AnalysisArguments: ParsableArguments {
  @OptionGroup(title: "Part of the input") var part: PartArguments
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Detection") var detection: DetectionArguments
  @OptionGroup(title: "Tracking") var tracking: TrackingArguments
  @OptionGroup(title: "Rules") var rules: RulesArguments

  /// A detector as the options ask for it, with the weaker detections that its tracker wants.
  ///
  /// - Parameter words: the words of `--classes`.
  func detector(for model: InferenceModel, classes words: [String]) throws -> Detector {
    let tracker = tracking.configuration(confidence: detection.confidence)
    return try detection.detector(for: model, classes: words, floor: tracker?.lowScore)
  }

  /// Adds what a run of `detector` has to know.
  ///
  /// - Parameter wantsTracks: whether images are the frames of one sequence.
  func apply(to options: inout StreamOptions, for detector: Detector, wantsTracks: Bool) throws {
    options.workers = detection.threads
    options.tracker = tracking.configuration(confidence: detection.confidence)
    options.tracksStills = wantsTracks
    options.shown = detection.shown(of: detector)
    var known = RulesConfiguration()
    if let camera = try rules.camera() {
      known = try RulesConfiguration(camera, classes: detector.classes)
      options.masks = camera.privacyMasks
      options.camera = camera.name
    }
    options.rules = try rules.configuration(over: known) { detector.classes.index(of: $0) }
    options.style.marks = options.rules.marks
    part.apply(to: &options)
  }
}
