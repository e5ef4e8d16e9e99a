import JSON
import Outputs
import Yams

extension SettingKind {
  /// Values by class, by name or number: a section.
  ///
  /// - Parameter isAlsoAlone: whether a value alone may stand there, which is that of `all`.
  static func ofClasses<Each>(_ kind: SettingKind<Each>, orOfAll isAlsoAlone: Bool = false) -> SettingKind
  where Value == [String: Each] {
    let section =
      "\"type\":\"object\",\"patternProperties\":{\(SectionNames.classes.pattern.json):{\(kind.schema)}},"
      + "\"additionalProperties\":false"
    return SettingKind(schema: isAlsoAlone ? "\"anyOf\":[{\(kind.schema)},{\(section)}]" : section) {
      node throws(ConfigurationProblem) in
      if isAlsoAlone, case .scalar = node.node { return ["all": try kind.read(node)] }
      guard case .mapping = node.node else {
        throw node.mismatch("values by class, such as {person: …}")
      }
      var values: [String: Each] = [:]
      for entry in try node.entries() {
        guard SectionNames.classes.includes(entry.key) else {
          throw node.problem("expected \(SectionNames.classes.expected), got \(entry.key)")
        }
        values[entry.key] = try kind.read(entry.value)
      }
      return values
    }
  }
}
