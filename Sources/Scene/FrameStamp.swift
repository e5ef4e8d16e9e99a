/// The index of a frame in its source and its times.
public struct FrameStamp: Hashable, Sendable {
  /// Index in the source, from 0.
  public var index: Int
  /// Presentation time in seconds of the source; the first frame of a file need not be at zero.
  public var seconds: Double
  /// Monotonic clock reading in nanoseconds when the frame was received, for its age.
  public var arrival: UInt64
  /// Capture time in microseconds since 1970 by the sender's clock; `nil` if the sender does not report it.
  public var taken: Int64?

  /// Frame `index`, presented at `seconds`, received at `arrival` (monotonic nanoseconds).
  public init(index: Int, seconds: Double, arrival: UInt64, taken: Int64? = nil) {
    self.index = index
    self.seconds = seconds
    self.arrival = arrival
    self.taken = taken
  }
}
