/// What is to be noticed in front of a camera. Lengths are shares of the frame and times are seconds, so that one
/// configuration serves any frame size and rate.
public struct RulesConfiguration: Hashable, Sendable {
  /// Areas that objects enter and leave.
  public var zones: [Zone] = []
  /// Lines whose crossings are counted.
  public var lines: [CountingLine] = []
  /// What a track has to be before it counts as an object.
  public var filters = ObjectFilters()
  /// When an object counts as stationary.
  public var stationary = StationarySettings()
  /// When an object is reported again.
  public var updates = Updates.onChange(atMostEvery: 60)
  /// How active objects are put together to visits; `nil` reports none.
  public var visits: VisitSettings?

  /// Values of added rules, by the names of their kinds in `RuleRegistry`.
  public var added: [String: Double] = [:]

  /// When an object is reported between its start and its end.
  public enum Updates: Hashable, Sendable {
    /// When something about it changes that no other event reports: its zones, or that there is a better image of it.
    /// The latter at most once in this time, in seconds.
    case onChange(atMostEvery: Double)
    /// Whenever this time has passed, in seconds.
    case every(Double)
  }

  /// Starts, changes and ends of objects; no zones, lines or visits.
  public init() {}
}
