import Scene

/// Frame stamps that continue when a source is reopened: indices by one, times by what passed on the monotonic clock.
struct ContinuedStamps {
  private var index = 0
  /// Offset of the times of this connection, in seconds.
  private(set) var shift = 0.0
  private var last: FrameStamp?
  private var isFirstOfOpening = false

  /// The next stamp is the first of another connection, whose times start anywhere.
  mutating func beginOpening() { isFirstOfOpening = last != nil }

  /// Converts a stamp of one connection to a stamp of the whole.
  mutating func next(_ stamp: FrameStamp) -> FrameStamp {
    if isFirstOfOpening, let last {
      let passed = Double(stamp.arrival &- last.arrival) / 1e9
      shift = last.seconds + max(passed, 0.001) - stamp.seconds
      isFirstOfOpening = false
    }
    var continued = stamp
    continued.index = index
    continued.seconds += shift
    index += 1
    last = continued
    return continued
  }
}
