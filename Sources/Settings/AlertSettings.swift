package import Outputs

/// When web servers are called for what a camera sees.
package struct AlertSettings: Hashable, Sendable {
  /// The part of each day, local time; `nil` is always.
  package var hours: DayHours?

  static let settings: [Setting<AlertSettings>] = [
    .value(
      "hours", \.hours, .optional(.dayHours),
      "When webhooks are called for this camera: 22:00-06:00, local time. Otherwise always.")
  ]
}
