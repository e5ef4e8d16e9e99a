/// Which frame of its source an image is, and when it was taken and received.
public struct FrameStamp: Hashable, Sendable {
  /// Position in the source, counted from 0.
  public var index: Int
  /// Presentation time in seconds of the source; the first frame of a file need not be at zero.
  public var seconds: Double
  /// Monotonic clock reading in nanoseconds when the frame was received, for its age.
  public var arrival: UInt64
  /// When it was taken, in microseconds since 1970, by the clock of its sender; `nil` where the sender does not say.
  public var taken: Int64?

  /// Frame `index` of its source, shown at `seconds`, received at `arrival` (monotonic nanoseconds).
  public init(index: Int, seconds: Double, arrival: UInt64, taken: Int64? = nil) {
    self.index = index
    self.seconds = seconds
    self.arrival = arrival
    self.taken = taken
  }
}
