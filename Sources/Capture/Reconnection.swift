/// State machine of reconnecting a source or a receiver. Pure: it reads no clock and opens nothing.
package struct Reconnection {
  /// What to do about a failure.
  package enum Decision: Equatable {
    /// Reopen after a delay in seconds.
    case retry(after: Double)
    case giveUp
  }

  let policy: ReconnectPolicy
  /// Number of reconnections, by cause of the failure.
  package private(set) var counts: [SourceState.Cause: Int] = [:]
  /// Delay before the next attempt, without jitter.
  private var delay: Double
  private var failuresInARow = 0
  private var upSince: Double?
  private var hasBeenUp = false
  private var random: UInt64

  package init(policy: ReconnectPolicy) {
    self.policy = policy
    delay = policy.firstDelay
    random = policy.seed ?? .random(in: 0...UInt64.max)
  }

  /// The first frame of a connection arrived at `now` (monotonic seconds).
  package mutating func up(at now: Double) {
    upSince = now
    hasBeenUp = true
    failuresInARow = 0
  }

  /// The source failed with `cause` at `now`.
  package mutating func down(_ cause: SourceState.Cause, at now: Double) -> Decision {
    if let upSince, now - upSince >= policy.healthyAfter { delay = policy.firstDelay }
    upSince = nil
    if cause.isLasting, !hasBeenUp, !policy.isUnattended { return .giveUp }
    if let retries = policy.retries, failuresInARow >= retries { return .giveUp }
    failuresInARow += 1
    counts[cause, default: 0] += 1
    let plain = cause.isLasting ? policy.longestDelay : min(delay, policy.longestDelay)
    delay = min(delay * 2, policy.longestDelay)
    return .retry(after: plain * (1 - policy.jitter * chance()))
  }

  /// A random number in 0..<1 (splitmix64).
  private mutating func chance() -> Double {
    random &+= 0x9E37_79B9_7F4A_7C15
    var mixed = random
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((mixed ^ (mixed >> 31)) >> 11) * 0x1p-53
  }
}
