/// What one object does about one zone: a state machine over what is seen of it.
///
/// A single frame inside or outside means nothing: a state has to be held for some time. The times reported are those of
/// the first and last frame of the stay, not those at which the wait was over.
struct ZoneStay: Hashable, Sendable, Codable {
  private enum State: Hashable, Sendable, Codable {
    case outside
    case entering(since: Double)
    case inside(since: Double, last: Double, leaving: Double?)
  }

  private var state = State.outside
  /// Seconds of the stays that are over.
  private var earlier = 0.0
  private var hasLoitered = false
  /// Whether the object's stay has been reported as an event.
  var isAnnounced = false
  /// Measures its speed, in a zone that does. Optional, because saved states of earlier versions have none.
  private var meter: SpeedMeter?

  /// What was settled by an observation.
  enum Change: Sendable {
    case entered
    /// After `dwell` seconds from the first to the last frame inside, with the mean and the highest speed in metres per second.
    case left(dwell: Double, speed: (mean: Double, top: Double)?)
  }

  /// Whether the object is in the zone: it has entered and not left.
  var isInside: Bool { if case .inside = state { true } else { false } }

  /// Seconds from the first to the last frame inside, in the present stay.
  var dwell: Double { if case .inside(let since, let last, _) = state { last - since } else { 0 } }

  /// Takes in a frame that shows the object.
  ///
  /// - Parameters:
  ///   - isIn: whether its anchor is in the zone.
  ///   - mayEnter: whether it is an object that the zone is about. Asked of those who enter, not of those who stay.
  ///   - hold: seconds to wait before a state is settled.
  mutating func observe(isIn: Bool, mayEnter: Bool, at now: Double, hold: Double) -> Change? {
    switch state {
    case .outside:
      guard isIn, mayEnter else { return nil }
      state = .entering(since: now)
      return settleEntry(at: now, hold: hold)
    case .entering:
      guard isIn else {
        state = .outside
        meter = nil
        return nil
      }
      return settleEntry(at: now, hold: hold)
    case .inside(let since, let last, let leaving):
      if isIn {
        state = .inside(since: since, last: now, leaving: nil)
        return nil
      }
      let leftAt = leaving ?? now
      state = .inside(since: since, last: last, leaving: leftAt)
      return now - leftAt >= hold - timeTolerance ? leave() : nil
    }
  }

  /// Ends the stay, if there is one: the object is gone.
  mutating func leave() -> Change? {
    defer {
      state = .outside
      meter = nil
    }
    guard case .inside(let since, let last, _) = state else { return nil }
    earlier += last - since
    return .left(dwell: last - since, speed: meter?.stay)
  }

  /// Takes in where the object is on the ground, in a frame that shows it in the zone.
  mutating func measure(_ position: GroundPlane.Point, isStationary: Bool, at now: Double) {
    guard state != .outside else { return }
    var meter = self.meter ?? SpeedMeter()
    if isStationary { meter.rest() } else { meter.observe(position, at: now) }
    self.meter = meter
  }

  /// How fast it is, in metres per second, while it is in the zone; `nil` if that is not known.
  var speed: Double? { if case .inside(_, _, nil) = state { meter?.speed } else { nil } }

  /// The seconds it has been there, once they have reached `limit`: true once a stay, or once in all if `isSummed`.
  mutating func loiters(limit: Double, isSummed: Bool) -> Double? {
    guard case .inside(_, _, nil) = state, !hasLoitered else { return nil }
    let total = dwell + (isSummed ? earlier : 0)
    guard total >= limit - timeTolerance else { return nil }
    hasLoitered = true
    return total
  }

  private mutating func settleEntry(at now: Double, hold: Double) -> Change? {
    guard case .entering(let since) = state, now - since >= hold - timeTolerance else { return nil }
    state = .inside(since: since, last: now, leaving: nil)
    return .entered
  }

  /// Makes the next stay able to be reported again.
  mutating func forgetAnnouncement(isSummed: Bool) {
    isAnnounced = false
    if !isSummed { hasLoitered = false }
  }
}

/// Presentation times are sums of binary fractions: 0.5 s may come out as 0.49999999999999994.
let timeTolerance = 1e-6
