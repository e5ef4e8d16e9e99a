/// How soon and how often a source that failed is opened again.
///
/// The first delay doubles with every failure up to the longest. A source that gave frames for `healthyAfter` seconds
/// begins again with the first; one that comes and goes keeps the delay it has reached.
public struct ReconnectPolicy: Hashable, Sendable {
  /// Seconds before the first new attempt.
  public var firstDelay = 0.5
  /// Most seconds before any attempt.
  public var longestDelay = 30.0
  /// Share of each delay, 0...1, that chance may take off, so that many cameras do not come back in one moment.
  public var jitter = 0.2
  /// Seconds with frames after which a source counts as well again.
  public var healthyAfter = 60.0
  /// Failed attempts in a row after the first failure before the source is given up; `nil` for never.
  public var retries: Int?
  /// Whether nobody is there to see a failure, as in a service: access that is refused is tried again, slowly, and a
  /// stream that came to its end is started again. Otherwise the first refusal and a real end are final.
  public var isUnattended = true
  /// What the jitter begins with; `nil` for a number of chance.
  public var seed: UInt64?

  /// Keeps trying, 0.5 s doubling to 30 s.
  public init() {}
}
