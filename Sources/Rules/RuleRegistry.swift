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
