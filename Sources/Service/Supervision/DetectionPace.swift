/// Selects the frames of a stream to analyse, so that there are no more per second than configured.
struct DetectionPace {
  /// Seconds between two frames.
  let interval: Double
  private var next: Double?

  init(rate: Double) { interval = 1 / rate }

  /// Whether the frame that arrived at `seconds` is due. Frames arrive irregularly: one that is a quarter of an interval early
  /// counts, and missed frames are not made up for.
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
