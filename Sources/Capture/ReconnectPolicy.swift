/// How a failed source is reopened: exponential backoff with jitter.
///
/// The delay starts at `firstDelay` and doubles with every failure up to `longestDelay`. It is reset after a source
/// delivered frames for `healthyAfter` seconds; a source that fails sooner keeps its delay.
public struct ReconnectPolicy: Hashable, Sendable {
  /// Delay before the first attempt, in seconds.
  public var firstDelay = 0.5
  /// Longest delay, in seconds.
  public var longestDelay = 30.0
  /// Fraction of each delay, 0...1, that is randomly subtracted, so that many cameras do not reconnect at once.
  public var jitter = 0.2
  /// Seconds with frames after which the delay is reset.
  public var healthyAfter = 60.0
  /// Failed attempts in a row before the source is given up; `nil` for no limit.
  public var retries: Int?
  /// Whether nobody sees a failure, as in a service: denied access is retried slowly, and a stream that ended is
  /// opened again. Otherwise denied access at first and a regular end are final.
  public var isUnattended = true
  /// Seed of the jitter; `nil` for a random one.
  public var seed: UInt64?

  /// Retries forever, with delays from 0.5 s to 30 s.
  public init() {}
}
