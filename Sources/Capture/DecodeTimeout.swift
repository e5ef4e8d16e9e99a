import Scene

/// Limits how long a live source may send data without a complete frame.
package struct DecodeTimeout {
  /// Factor on the source's time-out: keyframes can be a minute apart.
  package static let timeouts = 6.0

  /// The limit in seconds.
  let seconds: Double
  /// When the last frame was decoded or the source opened, in monotonic nanoseconds.
  private var last: UInt64

  /// A limit for a source that was opened at `now`, in monotonic nanoseconds.
  init(timeout: Double, at now: UInt64 = FrameStamp.now()) {
    seconds = timeout * Self.timeouts
    last = now
  }

  /// A frame was decoded at `now`.
  mutating func renew(at now: UInt64) { last = now }

  /// Whether the limit is exceeded at `now`.
  func isOver(at now: UInt64 = FrameStamp.now()) -> Bool { Double(now - min(last, now)) / 1e9 > seconds }
}
