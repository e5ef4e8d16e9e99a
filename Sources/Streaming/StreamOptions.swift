public import Capture
public import Outputs
public import Rules
package import Scene
public import Tracking

/// The colours that a terminal can show.
public enum TerminalColours: Hashable, Sendable {
  /// All of 24 bits.
  case all
  /// The 256 of xterm.
  case palette
}

/// What is to be made of a source.
public struct StreamOptions: Sendable {
  /// Workers that each run the network on a frame of their own.
  public var workers = 2
  /// How to track; `nil` gives detections no identity.
  public var tracker: TrackerConfiguration?
  /// Areas that are painted black before anything sees a frame.
  package var masks: [Polygon] = []
  /// When a still scene keeps its last detections; `nil` runs the network on every frame.
  package var motion: MotionGate.Settings?
  /// Whether a folder of images is the frames of one sequence, to be tracked; otherwise each image stands for itself.
  public var tracksStills = false
  /// Which detections are shown.
  public var shown = ShownScores()
  /// What is to be noticed.
  public var rules = RulesConfiguration()
  /// When the first frame of a file was recorded, in milliseconds since 1970; `nil` dates it 1970.
  public var recorded: Int64?

  /// Frames after which to stop.
  public var frameLimit: Int?
  /// Seconds of the source after which to stop.
  public var duration: Double?
  /// Every how many frames one is looked at; the others are left out.
  public var stride = 1

  /// Detections that were made before, which spare the network its work; `nil` for none.
  package var known: (any KnownDetections)?

  /// Where annotated frames go, each of them to all.
  public var annotated: [AnnotatedOutput] = []
  /// How to write video.
  public var video = VideoWriter.Settings()
  /// How to push to receivers and playlists.
  public var push = PushWriter.Settings()
  /// When a receiver that failed is tried again.
  public var pushPolicy = ReconnectPolicy()
  /// Gives what is told how a receiver does, on the thread that sends.
  public var observePush: @Sendable (PushAddress) -> @Sendable (SourceState) -> Void = { _ in { _ in } }
  /// How to draw.
  public var style = OverlayStyle()
  /// Outputs of findings and events, by kind and target.
  package var sinks: [SinkRequest] = []
  /// Whether frames are shown in the terminal behind standard output, and in how many colours.
  public var terminal: TerminalColours?
  /// What reports the outages of a live source, for the events.
  public var watch: SourceWatch?
  /// Whether YOLO labels have scores.
  public var labelsShowScores = false
  /// Whether YOLO labels have identities.
  public var labelsShowIdentities = false
  /// The numbers of images and categories in COCO's results.
  public var coco: COCOReference?
  /// What events call the source; `nil` takes its name.
  public var camera: String?

  /// Nothing is written.
  public init() {}

  /// Adds the output that the registry calls `name`, written to `target`; `-` is standard output.
  package mutating func add(_ name: String, to target: String) {
    guard let kind = SinkRegistry.kind(name) else { preconditionFailure("no kind of sink is called \(name)") }
    sinks.append(SinkRequest(kind, target: target))
  }
}
