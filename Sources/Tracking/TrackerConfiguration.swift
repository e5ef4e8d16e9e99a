/// Parameters of a tracker. Times are in seconds and lengths in heights of the object, so the same values suit any
/// frame rate and size.
public struct TrackerConfiguration: Hashable, Sendable {
  /// Detections with at least this score can start a track and are matched first.
  public var highScore: Float = 0.5
  /// Detections between this and `highScore` can only continue a track that was seen in the previous frame
  /// (ByteTrack's second association); lower ones are ignored.
  public var lowScore: Float = 0.1
  /// Sum of scores at which an object is confirmed: three frames at 0.9, five at 0.5.
  public var evidenceToConfirm: Float = 2.5
  /// Least IoU times score for a match, 0...1; the IoU is that of boxes enlarged by the uncertainty of the motion.
  public var matchThreshold: Double = 0.3
  /// Seconds that a confirmed object can be out of sight without losing its identity.
  public var buffer: Double = 2
  /// Seconds that an unconfirmed object can be out of sight.
  public var tentativeBuffer: Double = 0.2
  /// Weight of the motion filter in the reported box, 0...1; the rest is the detection.
  public var smoothing: Float = 0.7
  /// Whether a track keeps its class: only detections of the same class continue it.
  public var isClassAware = true

  /// Recommended values for a detector with scores like YOLOv9's.
  public init() {}

  /// The same for frames `seconds` apart: an object can be missing in at least two frames.
  public func forFrames(apart seconds: Double) -> TrackerConfiguration {
    guard 2 * seconds > buffer else { return self }
    var configuration = self
    configuration.buffer = 3 * seconds
    configuration.tentativeBuffer = max(tentativeBuffer, 3 * seconds)
    return configuration
  }
}
