package import Rules
package import Scene

/// A zone of a camera.
package struct ZoneSettings: Hashable, Sendable {
  /// Its name in events.
  package let name: String
  /// Where it is.
  package var area: Polygon?
  /// The point of a box that has to be in it.
  package var anchor = Anchor.bottom
  /// Classes it is about, by name or number; `nil` is all.
  package var classes: [String]?
  /// What an object has to be when it enters.
  package var filter: FilterSettings
  /// Seconds inside before an object has entered, and outside before it has left.
  package var hold = 0.5
  /// Seconds inside after which an object loiters, by class, by name or number; `all` is for classes that are not here.
  package var loiter: [String: Double] = [:]
  /// Whether the time of earlier stays counts for `loiter`.
  package var isLoiterSummed = false
  /// How speeds are measured in it.
  package var speed = SpeedSettings()
  /// Its keys that the page's editor does not show, as YAML: `anchor: centre, hold: 2s`.
  package private(set) var otherKeys = ""

  /// The zone called `name`.
  init(name: String) {
    self.name = name
    filter = FilterSettings(name: name)
  }

  static let settings = own + FilterSettings.settings.map { $0.within(\ZoneSettings.filter) }

  private static let own: [Setting<ZoneSettings>] = [
    .value(
      "points", \.area, .optional(.polygon), isRequired: true, example: "[[0.1, 0.5], [0.9, 0.5], [0.9, 1], [0.1, 1]]",
      "Its corners [x, y] from 0 to 1."),
    .value("anchor", \.anchor, .choice, "The point of an object's box that has to be in it."),
    .value("objects", \.classes, .names("names of classes"), example: "[person]", "Classes it is about."),
    .value(
      "hold", \.hold, .duration(0...60), "Time inside before an object has entered, and outside before it has left."),
    .value(
      "loiter", \.loiter, .ofClasses(.duration(0.1...86_400), orOfAll: true),
      "Time inside after which an object loiters, for all classes or by class: {person: 20s, all: 5m}."),
    .value("loiter_sum", \.isLoiterSummed, .switched, "Whether the time of earlier stays counts for loiter."),
    .section(
      "speed", \.speed, SpeedSettings.settings, isInExample: false,
      "Measures how fast objects are in it, by the lengths of its four sides."),
  ]

  /// Keeps what the page's editor does not show.
  mutating func keepOthers(of node: ConfigurationNode) {
    otherKeys = node.text(without: ["points", "objects", "speed", "loiter", "loiter_sum"])
  }

  /// What stands against measuring speeds in it, as a sentence; `nil` if nothing does, or if none are to be measured.
  var speedProblem: String? {
    guard let lengths = speed.lengths, let area else { return nil }
    guard anchor == .bottom else {
      return "expected anchor: bottom, because it is the lower edge of a box that is on the ground"
    }
    do throws(GroundPlane.Problem) { _ = try GroundPlane(area, lengths: lengths) } catch { return error.rawValue }
    return nil
  }
}

/// How speeds are measured in a zone.
package struct SpeedSettings: Hashable, Sendable {
  /// Lengths of the sides in metres, and perhaps of a diagonal; `nil` measures no speeds.
  package var lengths: [Double]?
  /// In which they are reported.
  package var unit = Speed.Unit.kilometresPerHour

  static let settings: [Setting<SpeedSettings>] = [
    .value(
      "metres", \.lengths, .lengths, isRequired: true,
      "Lengths on the ground: from the first corner to the second, and so on around; a fifth is the diagonal from the first "
        + "corner to the third."),
    .value("unit", \.unit, .choice, "In which speeds are reported."),
  ]

  /// How they are measured in `area`; `nil` if they are not, or cannot be.
  package func measure(in area: Polygon) -> SpeedMeasure? {
    guard let lengths, let ground = try? GroundPlane(area, lengths: lengths) else { return nil }
    return SpeedMeasure(ground, unit: unit)
  }
}

/// A line of a camera.
package struct LineSettings: Hashable, Sendable {
  /// Its name in events.
  package let name: String
  /// Its ends.
  package var a, b: Polygon.Corner?
  /// Names of its directions: to the right of somebody who looks from a to b, and to the left.
  package var directions: [String]?
  /// The point of a box that has to cross it.
  package var anchor = Anchor.bottom
  /// Classes it counts, by name or number; `nil` is all.
  package var classes: [String]?
  /// Its keys that the page's editor does not show, as YAML: `anchor: centre`.
  package private(set) var otherKeys = ""

  init(name: String) { self.name = name }

  /// Keeps what the page's editor does not show.
  mutating func keepOthers(of node: ConfigurationNode) {
    otherKeys = node.text(without: ["a", "b", "directions", "objects"])
  }

  static let settings: [Setting<LineSettings>] = [
    .value(
      "a", \.a, .optional(.corner), isRequired: true, example: "[0.1, 0.6]", "Where it begins, [x, y] from 0 to 1."),
    .value("b", \.b, .optional(.corner), isRequired: true, example: "[0.9, 0.6]", "Where it ends."),
    .value(
      "directions", \.directions, .names("two names"),
      "Names of the crossings to the right and to the left of somebody who looks from a to b; in and out."),
    .value("anchor", \.anchor, .choice, "The point of an object's box that has to cross it."),
    .value("objects", \.classes, .names("names of classes"), "Classes it counts."),
  ]
}

/// What a track of one class has to be before it counts as an object, or an object before it enters a zone.
package struct FilterSettings: Hashable, Sendable {
  /// The class, by name or number; `all` is for those that have no filter of their own. Of a zone its name.
  package let name: String
  /// Least score of the detection that decides.
  package var minScore: Float = 0
  /// Least median of its last ten scores.
  package var threshold: Float = 0
  /// Least area, as a share of the frame.
  package var minArea: Float = 0
  /// Greatest area, as a share of the frame.
  package var maxArea: Float = 1
  /// Least width over height.
  package var minRatio = 0.0
  /// Greatest width over height.
  package var maxRatio = 1000.0

  /// The filter called `name`: the last of that name in `earlier`, which it is read over, or one that admits everything.
  init(name: String, before earlier: [FilterSettings] = []) {
    if let last = earlier.last(where: { $0.name == name }) { self = last } else { self.name = name }
  }

  /// Whether a least value is above the greatest.
  var isImpossible: Bool { minArea > maxArea || minRatio > maxRatio }

  static let settings: [Setting<FilterSettings>] = [
    .value(
      "min_score", \.minScore, .share, "Least score of the detection that makes it an object, or with which it enters."),
    .value("threshold", \.threshold, .share, example: "0.5", "Least median of its last ten scores."),
    .value("min_area", \.minArea, .share, "Least area of its box, as a share of the frame."),
    .value("max_area", \.maxArea, .share, "Greatest area of its box."),
    .value("min_ratio", \.minRatio, .number(0...1000), "Least width of its box over the height."),
    .value("max_ratio", \.maxRatio, .number(0...1000), "Greatest width of its box over the height."),
  ]
}
