package import Scene

/// A rule with one number as its setting, beside those of objects, zones and lines. A value without threads or a clock.
package protocol AddedRule: Sendable {
  /// What is to be reported of a frame at `seconds`, by the objects that it shows: a number each time, such as a count.
  mutating func observe(_ objects: [SceneObject], at seconds: Double) -> [Double]
}

/// A kind of added rule: its line in the registry.
///
/// The command line offers it as `--NAME VALUE`, the configuration of a camera as `rules: {NAME: VALUE}`. Its events have its
/// name as their type.
package struct RuleKind: Sendable {
  /// Its option, key and type of event.
  package let name: String
  /// What it reports, in one sentence.
  package let summary: String
  /// What its value is called.
  package let value: String
  /// The values that are accepted.
  package let range: ClosedRange<Double>
  /// Makes the rule for a value.
  package let make: @Sendable (Double) -> any AddedRule

  /// A kind from its parts.
  package init(
    _ name: String, _ summary: String, value: String, range: ClosedRange<Double>,
    make: @escaping @Sendable (Double) -> any AddedRule
  ) {
    self.name = name
    self.summary = summary
    self.value = value
    self.range = range
    self.make = make
  }
}
