import Rules

/// Values of the added rules of a camera.
public struct AddedRuleSettings: Hashable, Sendable {
  /// By the names of their kinds.
  public var values: [String: Double] = [:]

  static let settings: [Setting<AddedRuleSettings>] = RuleRegistry.kinds.map { kind in
    .value(kind.name, \.values[kind.name], .optional(.number(kind.range)), kind.summary)
  }
}
