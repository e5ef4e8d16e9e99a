package import Scene

/// A rule of its own, beside those of objects, zones and lines. A value without threads or a clock.
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
  /// Values that make sense.
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

/// All kinds of added rules. A new kind is a folder beside this file and a line here.
package enum RuleRegistry {
  /// In the order they are reported.
  package static let kinds: [RuleKind] = [
    Crowd.kind
  ]
}

extension RulesConfiguration {
  /// The added rules that it asks for, in the order of the registry.
  var addedRules: [(name: String, rule: any AddedRule)] {
    RuleRegistry.kinds.compactMap { kind in added[kind.name].map { (kind.name, kind.make($0)) } }
  }
}
