package import Settings

/// How long each recording is kept, and the facts about events that this depends on.
package struct RetentionRules: Sendable {
  /// Facts of the event history about recordings. If it fails, nothing is removed.
  package struct Knowledge: Sendable {
    /// Names of files of events that are marked as kept.
    package var kept: @Sendable () throws -> Set<String>
    /// Those of the events that belong to an alert.
    package var alerts: @Sendable ([String]) throws -> Set<String>
    /// Files at these paths are gone.
    package var forget: @Sendable ([String]) -> Void

    package init(
      kept: @escaping @Sendable () throws -> Set<String>, alerts: @escaping @Sendable ([String]) throws -> Set<String>,
      forget: @escaping @Sendable ([String]) -> Void
    ) {
      self.kept = kept
      self.alerts = alerts
      self.forget = forget
    }
  }

  /// Settings by the name of the camera.
  package var cameras: [String: RetainSettings] = [:]
  /// `nil` where there is no history.
  package var knowledge: Knowledge?

  package init() {}

  /// Seconds for which the recording called `name` is kept; `nil` is for ever. `maxAge` is the limit of the storage.
  func age(of name: MediaName, maxAge: Double?, isAlert: (String) -> Bool) -> Double? {
    guard let settings = cameras[name.camera] else { return maxAge }
    let ofClass = settings.classes.first { MediaName.plain($0.name) == name.label }?.maxAge
    guard let usual = ofClass ?? settings.maxAge ?? maxAge else { return nil }
    guard let alerts = settings.alerts, alerts > usual, isAlert(name.identifier) else { return usual }
    return alerts
  }
}
