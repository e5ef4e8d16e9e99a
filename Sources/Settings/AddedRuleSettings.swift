import Rules

/// Values of the added rules of a camera.
package struct AddedRuleSettings: Hashable, Sendable {
  /// By the names of their kinds.
  package var values: [String: Double] = [:]

  static let settings: [Setting<AddedRuleSettings>] = RuleRegistry.kinds.map { kind in
    .value(kind.name, \.values[kind.name], .optional(.number(kind.range)), kind.summary)
  }
}
