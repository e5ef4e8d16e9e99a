/// Gives every frame a later time than the one before, and leaves times alone that are in order.
struct RisingTimes {
  /// How long a frame lasts that does not say, in seconds.
  let interval: Double
  /// Times replaced.
  private(set) var count = 0
  private var shift = 0.0
  private var last: Double?
  private var lastGiven: Double?

  init(interval: Double) { self.interval = interval }

  /// The time to use for a frame whose stream says `given`, in seconds.
  ///
  /// A missing or repeated time follows the last at the usual interval. One that is a little too early is put half an
  /// interval behind the last. From a fall of over a second on, the clock is taken to have been set back.
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
