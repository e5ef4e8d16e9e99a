/// What is to be noticed in front of a camera. Lengths are shares of the frame and times are seconds, so that one
/// configuration serves any frame size and rate.
package struct RulesConfiguration: Hashable, Sendable {
  /// Areas that objects enter and leave.
  package var zones: [Zone] = []
  /// Lines whose crossings are counted.
  package var lines: [CountingLine] = []
  /// What a track has to be before it counts as an object.
  package var filters = ObjectFilters()
  /// When an object counts as stationary.
  package var stationary = StationarySettings()
  /// When an object is reported again.
  package var updates = Updates.onChange(atMostEvery: 60)
  /// How active objects are put together to visits; `nil` reports none.
  package var visits: VisitSettings?

  /// Values of added rules, by the names of their kinds in `RuleRegistry`.
  package var added: [String: Double] = [:]

  /// When an object is reported between its start and its end.
  package enum Updates: Hashable, Sendable {
    /// When something about it changes that no other event reports: its zones, or that there is a better image of it.
    /// The latter at most once in this time, in seconds.
    case onChange(atMostEvery: Double)
    /// Whenever this time has passed, in seconds.
    case every(Double)
  }

  /// Starts, changes and ends of objects; no zones, lines or visits.
  package init() {}
}
