/// Makes presentation times strictly increasing; times in order are not changed.
struct RisingTimes {
  /// Default duration of a frame in seconds.
  let interval: Double
  /// Number of replaced times.
  private(set) var count = 0
  private var shift = 0.0
  private var last: Double?
  private var lastGiven: Double?

  init(interval: Double) { self.interval = interval }

  /// The time to use for a frame with the time `given`, in seconds.
  ///
  /// A missing or repeated time becomes the last one plus `interval`; a time slightly too early becomes the last one
  /// plus half an interval. A step back by more than a second counts as a reset of the clock.
  mutating func next(_ given: Double?) -> Double {
    guard let last else {
      let first = given ?? 0
      self.last = first
      lastGiven = given
      return first
    }
    defer { lastGiven = given }
    guard let given, given != lastGiven else { return replace(with: last + interval) }
    let time = given + shift
    if time > last {
      self.last = time
      return time
    }
    if last - time < 1 { return replace(with: last + interval / 2) }
    shift += last + interval - time
    return replace(with: last + interval)
  }

  private mutating func replace(with time: Double) -> Double {
    count += 1
    last = time
    return time
  }
}
