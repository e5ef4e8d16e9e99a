/// What a tracker may be told. Times are in seconds and lengths in heights of the object, so that the same values serve
/// any frame rate and picture size.
public struct TrackerConfiguration: Hashable, Sendable {
  /// Detections of at least this score may start a track and are matched first.
  public var highScore: Float = 0.5
  /// Detections between this and `highScore` can only continue a track that was seen in the frame before (ByteTrack's
  /// second association); those below are not looked at.
  public var lowScore: Float = 0.1
  /// Scores an object must collect before it is shown: three frames at 0.9, five at 0.5.
  public var evidenceToConfirm: Float = 2.5
  /// Least overlap times score for a match, 0...1; the overlap is that of boxes widened by the doubt about the motion.
  public var matchThreshold: Double = 0.3
  /// How long an object may be out of sight and still get its identity back, in seconds.
  public var buffer: Double = 2
  /// How long an object that was not yet shown may be out of sight, in seconds.
  public var tentativeBuffer: Double = 0.2
  /// Share of the motion filter in the box that is reported, 0...1; the rest is what the detector saw.
  public var smoothing: Float = 0.7
  /// Whether a track keeps its class: detections of another class never continue it.
  public var isClassAware = true

  /// The values that are recommended for a detector with scores like YOLOv9's.
  public init() {}

  /// The same for frames that are `seconds` apart: where not even two such steps fit into the time that an object may be
  /// missing, it may be missing in two frames.
  public func forFrames(apart seconds: Double) -> TrackerConfiguration {
    guard 2 * seconds > buffer else { return self }
    var configuration = self
    configuration.buffer = 3 * seconds
    configuration.tentativeBuffer = max(tentativeBuffer, 3 * seconds)
    return configuration
  }
}
