public import Capture
public import Outputs
public import Tracking

/// What is to be made of a source.
public struct StreamOptions: Sendable {
  /// Workers that each run the network on a frame of their own.
  public var workers = 2
  /// How to track; `nil` gives detections no identity. A folder of pictures is never tracked.
  public var tracker: TrackerConfiguration?
  /// Which detections are shown.
  public var shown = ShownScores()

  /// Frames after which to stop.
  public var frameLimit: Int?
  /// Seconds of the source after which to stop.
  public var duration: Double?
  /// Every how many frames one is looked at; the others are left out.
  public var stride = 1

  /// Where annotated pictures go, each of them to all.
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
  /// JSON lines, one a frame; here and below `-` is standard output.
  public var detectionsPath: String?
  /// JSON lines, one for each start, update and end of a track.
  public var eventsPath: String?
  /// What tells the events of a live source's outages.
  public var watch: SourceWatch?
  /// Tracks in MOTChallenge's format.
  public var tracksPath: String?
  /// Detections in COCO's format.
  public var tablePath: String?
  /// Folder of YOLO labels.
  public var labelsPath: String?
  /// Whether labels tell scores.
  public var labelsShowScores = false
  /// Folder of pictures of each object.
  public var cropsPath: String?
  /// What events call the source; `nil` takes its name.
  public var camera: String?

  /// Nothing is written.
  public init() {}
}
