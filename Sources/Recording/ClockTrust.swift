/// Says whether the clock on the wall may be believed where a wrong one destroys something: when it has run as evenly as the
/// monotonic clock for a while, since the start and since its last jump. Pure.
///
/// Machines without a battery start with any date, and are set when the network is there.
struct ClockTrust {
  /// Seconds that it must have run evenly.
  static let patience = 3600.0
  /// Seconds by which the two clocks may differ from one look to the next: a slow correction is no jump.
  static let tolerance = 30.0

  private var reference: (wall: Double, monotonic: Double)?
  private var evenSince = 0.0

  /// Both clocks at one moment, in seconds. Says whether the first may be believed now.
  mutating func see(wall: Double, monotonic: Double) -> Bool {
    if let reference, abs((wall - reference.wall) - (monotonic - reference.monotonic)) <= Self.tolerance {
      self.reference = (wall, monotonic)
      return monotonic - evenSince >= Self.patience
    }
    reference = (wall, monotonic)
    evenSince = monotonic
    return false
  }
}
