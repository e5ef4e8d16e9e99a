package import Capture
package import Outputs
package import Rules
package import Scene
package import Tracking

/// Options of a run.
package struct StreamOptions: Sendable {
  /// Workers, each of which runs the network on its own frame.
  package var workers = 2
  /// Tracker; `nil` gives detections no identity.
  package var tracker: TrackerConfiguration?
  /// Areas to paint black before anything else reads a frame.
  package var masks: [Polygon] = []
  /// Motion gate; `nil` runs the network on every frame.
  package var motion: MotionGate.Settings?
  /// Whether the images of a folder are frames of a sequence to track; otherwise they are independent.
  package var tracksStills = false
  /// Scores at which detections are shown.
  package var shown = ShownScores()
  /// Rules that report events.
  package var rules = RulesConfiguration()
  /// When the first frame of a file was recorded, in milliseconds since 1970; `nil` dates it 1970.
  package var recorded: Int64?

  /// Number of frames after which to stop.
  package var frameLimit: Int?
  /// Duration after which to stop, in seconds of the source.
  package var duration: Double?
  /// Reads every `stride`-th frame.
  package var stride = 1

  /// Detections made before, which replace the network; `nil` for none.
  package var known: (any KnownDetections)?

  /// Destinations of annotated frames; all frames go to each.
  package var annotated: [AnnotatedOutput] = []
  /// Settings of video files.
  package var video = VideoWriter.Settings()
  /// Settings of streams to receivers and playlists.
  package var push = PushWriter.Settings()
  /// How failed receivers are reconnected.
  package var pushPolicy = ReconnectPolicy()
  /// Returns an observer of a receiver's state; it is called on the sending thread.
  package var observePush: @Sendable (PushAddress) -> @Sendable (SourceState) -> Void = { _ in { _ in } }
  /// How to draw.
  package var style = OverlayStyle()
  /// Outputs from the registry.
  package var sinks: [SinkRequest] = []
  /// Reports outages of a live source as events.
  package var watch: SourceWatch?
  /// Whether YOLO labels have scores.
  package var labelsShowScores = false
  /// Whether YOLO labels have identities.
  package var labelsShowIdentities = false
  /// Identifiers of images and categories for COCO results.
  package var coco: COCOReference?
  /// Name of the source in events; `nil` uses its short name.
  package var camera: String?

  /// No outputs.
  package init() {}

  /// Adds the output `name` of the registry, written to `target`; `-` is standard output.
  package mutating func add(_ name: String, to target: String) {
    guard let kind = SinkRegistry.kind(name) else { preconditionFailure("no kind of sink is called \(name)") }
    sinks.append(SinkRequest(kind, target: target))
  }
}
