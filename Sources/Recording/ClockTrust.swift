/// Decides whether the system clock can be trusted before files are deleted by age: it has to run in step with the
/// monotonic clock for a while after the start and after each jump. A plain value.
///
/// Machines without a clock battery start with any date and are corrected when the network is available.
package struct ClockTrust {
  /// Seconds that the clocks must have run in step.
  static let trialSeconds = 3600.0
  /// Seconds by which the clocks may drift between two checks: a slow correction is no jump.
  static let tolerance = 30.0

  private var reference: (wall: Double, monotonic: Double)?
  private var evenSince = 0.0

  /// A clock that was not read yet.
  package init() {}

  /// Takes both clocks at one moment, in seconds; returns whether the first can be trusted now.
  package mutating func see(wall: Double, monotonic: Double) -> Bool {
    if let reference, abs((wall - reference.wall) - (monotonic - reference.monotonic)) <= Self.tolerance {
      self.reference = (wall, monotonic)
      return monotonic - evenSince >= Self.trialSeconds
    }
    reference = (wall, monotonic)
    evenSince = monotonic
    return false
  }
}
