/// How long recordings of a camera are kept; overrides `outputs.storage`.
package struct RetainSettings: Hashable, Sendable {
  /// Recordings of one class.
  package struct Class: Hashable, Sendable {
    /// The class, by name.
    package let name: String
    /// Seconds that they stay, in place of what holds for others.
    package var maxAge: Double?

    /// What holds for the class called `name`.
    package init(name: String, maxAge: Double? = nil) {
      self.name = name
      self.maxAge = maxAge
    }

    static let settings: [Setting<Class>] = [
      .value(
        "max_age", \.maxAge, .optional(.duration(1...3.2e8)), isRequired: true, example: "30d",
        "Age at which they are removed.")
    ]
  }

  /// Seconds that recordings stay.
  package var maxAge: Double?
  /// Seconds that recordings of alerts stay, if that is longer.
  package var alerts: Double?
  /// What holds for single classes.
  package var classes: [Class] = []

  /// Nothing of its own.
  package init() {}

  static let settings: [Setting<RetainSettings>] = [
    .value(
      "max_age", \.maxAge, .optional(.duration(1...3.2e8)), example: "10d",
      "Age at which recordings of this camera are removed, in place of outputs.storage."),
    .value(
      "alerts", \.alerts, .optional(.duration(1...3.2e8)), example: "30d",
      "Age at which recordings of alerts are removed, if that is later."),
    .sections(
      "classes", \.classes, Class.settings, isInExample: false, names: .classes, example: "person",
      "Recordings of single classes, by name."
    ) { name, _ in Class(name: name) },
  ]
}
