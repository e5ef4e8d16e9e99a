/// Time as the rules count it: seconds of the source, which never run backwards.
///
/// A source that comes back may begin at 0 again. Then the rules' time goes on where it was, and only the difference to
/// the source changes; no time that was noted before has to be changed.
struct SceneClock: Hashable, Sendable {
  /// The rules' time of the latest frame.
  private(set) var now: Double
  /// Seconds since the frame before in which the camera saw what happened: 0 over an outage.
  private(set) var step = 0.0
  /// When the camera began to see without an outage since.
  private(set) var viewBegan = 0.0
  /// The rules' time less that of the source.
  private(set) var offset = 0.0
  private var isResumed: Bool
  private var hasStarted = false

  /// A gap of so many seconds, and of so many times the step before, is an outage.
  private static let outage = 5.0, outageSteps = 3.0

  /// A clock of nothing yet, or one that goes on at `time` with its first frame.
  init(resumingAt time: Double? = nil) {
    now = time ?? 0
    isResumed = time != nil
  }

  /// The next frame is at `seconds` of the source; gives the rules' time.
  mutating func advance(to seconds: Double) -> Double {
    guard seconds.isFinite else {
      step = 0
      return now
    }
    let before = now
    now = seconds + offset
    if !hasStarted {
      hasStarted = true
      if isResumed {
        now = before
        offset = before - seconds
      }
      viewBegan = now
    } else if now < before {
      now = before
      offset = before - seconds
      step = 0
      viewBegan = now
    } else if now - before > max(Self.outage, Self.outageSteps * step) {
      step = 0
      viewBegan = now
    } else {
      step = now - before
    }
    return now
  }
}
