/// How long recordings of a camera are kept; overrides `outputs.storage`.
public struct RetainSettings: Hashable, Sendable {
  /// Recordings of one class.
  public struct Class: Hashable, Sendable {
    /// The class, by name.
    public let name: String
    /// Seconds that they stay, in place of what holds for others.
    public var maxAge: Double?

    /// What holds for the class called `name`.
    public init(name: String, maxAge: Double? = nil) {
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
  public var maxAge: Double?
  /// Seconds that recordings of alerts stay, if that is longer.
  public var alerts: Double?
  /// What holds for single classes.
  public var classes: [Class] = []

  /// Nothing of its own.
  public init() {}

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
