import Scene

/// Stamps that go on when a source is opened again: indices by one, times by what passed on the monotonic clock.
struct ContinuedStamps {
  private var index = 0
  /// What is added to the times of this opening, in seconds.
  private(set) var shift = 0.0
  private var last: FrameStamp?
  private var isFirstOfOpening = false

  /// The next stamp is the first of another opening, whose own times begin anywhere.
  mutating func beginOpening() { isFirstOfOpening = last != nil }

  /// `stamp` of one opening as a stamp of the whole.
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
