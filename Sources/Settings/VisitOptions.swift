/// How active objects are put together to visits, and how much each of them weighs.
package struct VisitOptions: Hashable, Sendable {
  /// A choice of objects, by class and zone.
  package struct Choice: Hashable, Sendable {
    /// Classes, by name or number; `nil` is all.
    package var classes: [String]?
    /// Zones, one of which the object has to have been in; `nil` is anywhere.
    package var zones: [String]?

    static let settings: [Setting<Choice>] = [
      .value("objects", \.classes, .names("names of classes"), example: "[person]", "Classes; all if it is left out."),
      .value("zones", \.zones, .names("names of zones"), "Zones, one of which the object has been in."),
    ]
  }

  /// Seconds without an active object after which a visit is over.
  package var gap = 10.0
  /// Seconds after which a visit ends and the next begins, where something moves all day.
  package var longest = 600.0
  /// Objects that make a visit an alert.
  package var alerts = Choice()
  /// Objects that make a visit at all.
  package var detections = Choice()

  static let settings: [Setting<VisitOptions>] = [
    .value("gap", \.gap, .duration(1...3600), "Time without anything active after which a visit is over."),
    .value("longest", \.longest, .duration(10...86_400), "Time after which a visit ends and another begins."),
    .section("alerts", \.alerts, Choice.settings, "Objects that make a visit an alert."),
    .section(
      "detections", \.detections, Choice.settings, isInExample: false, "Objects that make a visit, though not an alert."
    ),
  ]
}
