/// Which pictures of a stream are due to be looked at, so that there are no more a second than asked for.
struct DetectionPace {
  /// Seconds between two.
  let interval: Double
  private var next: Double?

  init(rate: Double) { interval = 1 / rate }

  /// Whether the picture that came at `seconds` is due. Pictures come when they come: one that is a quarter of an
  /// interval early counts, and what was missed is not made up for.
  mutating func isDue(at seconds: Double) -> Bool {
    guard let next else {
      self.next = seconds + interval
      return true
    }
    guard seconds >= next - interval / 4 else { return false }
    self.next = max(next, seconds - interval) + interval
    return true
  }
}
