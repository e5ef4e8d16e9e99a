import Scene

/// How long a live source is borne with that sends something, but no whole frame.
package struct DecodeTimeout {
  /// Time-outs after which it counts as stalled: keyframes may be a minute apart.
  package static let timeouts = 6.0

  /// How long that is, in seconds.
  let seconds: Double
  /// When the last frame was given out or the source opened, in monotonic nanoseconds.
  private var last: UInt64

  /// Patience with a source that was opened at `now`, in monotonic nanoseconds.
  init(timeout: Double, at now: UInt64 = FrameStamp.now()) {
    seconds = timeout * Self.timeouts
    last = now
  }

  /// A frame was given out at `now`.
  mutating func renew(at now: UInt64) { last = now }

  /// Whether it is over at `now`.
  func isOver(at now: UInt64 = FrameStamp.now()) -> Bool { Double(now - min(last, now)) / 1e9 > seconds }
}
