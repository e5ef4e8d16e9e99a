import ArgumentParser
import Rules
import Scene
import Settings

/// Rules: zones, lines and object masks.
struct RulesArguments: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "The configuration of a service: zones, lines, filters, masks and rules are those of one of its cameras.",
      valueName: "file"))
  var config: String?

  @Option(
    name: .customLong("as"), help: ArgumentHelp("The camera of --config. (default: the only one)", valueName: "camera"))
  var cameraName: String?

  @Option(
    help: ArgumentHelp(
      "A zone that objects enter and leave, as often as wanted: its name and corners from 0,0 (top left) to 1,1.",
      valueName: "name:x,y;x,y;x,y…"), transform: Zone.read)
  var zone: [Zone] = []

  @Option(
    help: ArgumentHelp(
      "A line that is counted, as often as wanted: in is to the right of somebody who looks from its first point to its "
        + "second.", valueName: "name:x,y;x,y"), transform: CountingLine.read)
  var line: [CountingLine] = []

  @Option(
    help: ArgumentHelp(
      "An area in which nothing becomes an object, as often as wanted.", valueName: "x,y;x,y;x,y…"),
    transform: Polygon.read)
  var mask: [Polygon] = []

  @Option(
    help: ArgumentHelp(
      "Time in a zone after which an object loiters, or times of single classes, such as person=20s,all=10m. (default: never)",
      valueName: "time"), transform: LoiterTimes.read)
  var loiter: LoiterTimes?

  @Flag(help: "Count the time of earlier stays in a zone for --loiter, too.")
  var loiterSum = false

  @Option(
    help: ArgumentHelp(
      "Measure speeds in a zone of four corners, by the lengths of its sides in metres, from the first corner on; a fifth is "
        + "the diagonal from the first corner to the third.", valueName: "zone:a,b,c,d"), transform: MeasuredSides.read)
  var speed: [MeasuredSides] = []

  @Option(
    help: "Unit of speeds: \(Speed.Unit.allCases.map(\.rawValue).joined(separator: ", ")).", transform: Speed.Unit.read)
  var speedUnit = Speed.Unit.kilometresPerHour

  @OptionGroup var added: RegistryArguments<RuleKind>

  func validate() throws {
    _ = try added.numbers()
    for names in [zone.map(\.name), line.map(\.name)] {
      if let twice = names.first(where: { name in names.filter { $0 == name }.count > 1 }) {
        throw ValidationError("the name \(twice) is given twice: expected a name for each")
      }
    }
    if cameraName != nil, config == nil { throw ValidationError("--as: expected --config with the camera") }
    if loiterSum, loiter == nil { throw ValidationError("--loiter-sum: expected --loiter with a time") }
    for sides in speed {
      guard let zone = zone.first(where: { $0.name == sides.zone }) else {
        throw ValidationError("--speed: there is no --zone \(sides.zone)")
      }
      do throws(GroundPlane.Problem) { _ = try GroundPlane(zone.area, lengths: sides.lengths) } catch {
        throw ValidationError("--speed \(sides.zone): \(error.rawValue)")
      }
    }
  }

  /// Whether no rule was given.
  var isEmpty: Bool { config == nil && zone.isEmpty && line.isEmpty && mask.isEmpty && added.values.isEmpty }

  /// The camera of `--config` whose rules hold; `nil` without one.
  func camera() throws -> CameraSettings? {
    guard let config else { return nil }
    let environment = ServiceEnvironment(of: config).variables
    let cameras = try ServiceConfiguration(path: config, environment: environment).cameras, names = cameras.map(\.name)
    guard let cameraName else {
      if cameras.count == 1 { return cameras[0] }
      throw ValidationError(
        "\(config) has \(cameras.count.counted("camera")): expected --as with one of \(names.joined(separator: ", "))")
    }
    guard let camera = cameras.first(where: { $0.name == cameraName }) else {
      throw ValidationError(
        "--as \(cameraName): \(config) has no such camera\(Suggestion(for: cameraName, among: names).text)")
    }
    return camera
  }

  /// Whether masks are painted on frames.
  func paints() throws -> Bool { try camera()?.privacyMasks.isEmpty == false }

  /// The rules, in addition to those of a camera. Fails for a class of `--loiter` that `classIndex` does not know.
  func configuration(
    over camera: RulesConfiguration = RulesConfiguration(), classIndex: (String) -> Int?
  ) throws -> RulesConfiguration {
    var configuration = camera
    var loitering = loiter.map { Zone.Loitering(after: $0.after) }
    loitering?.isSummed = loiterSum
    for (name, seconds) in loiter?.ofClass ?? [:] {
      guard let index = classIndex(name) else {
        throw ValidationError("--loiter \(name): expected the name or number of a class")
      }
      loitering?.ofClass[index] = seconds
    }
    configuration.zones += zone.map { zone in
      var zone = zone
      zone.loitering = loitering
      // Checked in `validate`; of several for a zone the last holds.
      if let sides = speed.last(where: { $0.zone == zone.name }),
        let ground = try? GroundPlane(zone.area, lengths: sides.lengths)
      {
        zone.speed = SpeedMeasure(ground, unit: speedUnit)
      }
      return zone
    }
    configuration.lines += line
    for names in [configuration.zones.map(\.name), configuration.lines.map(\.name)] where Set(names).count < names.count
    {
      throw ValidationError("a zone or line has the name of one in \(config ?? "--config"): expected other names")
    }
    configuration.filters.general.masks += mask
    for index in configuration.filters.ofClass.keys { configuration.filters.ofClass[index]?.masks += mask }
    // Checked in `validate`.
    configuration.added.merge((try? added.numbers()) ?? [:]) { $1 }
    return configuration
  }
}

/// Times after which objects loiter.
struct LoiterTimes: Hashable, Sendable, CustomStringConvertible {
  /// Seconds for classes not in `ofClass`; `nil` is never.
  let after: Double?
  /// Seconds by name or number of the class.
  let ofClass: [String: Double]
  let description: String

  /// `20s`, or `person=20s,all=10m`.
  fileprivate static func read(_ text: String) throws -> LoiterTimes {
    try yolostream.read(
      text,
      { text in
        if let all = Seconds(parsing: text) {
          return LoiterTimes(after: all.value, ofClass: [:], description: "\(all)")
        }
        var times: [String: Double] = [:]
        for part in text.split(separator: ",", omittingEmptySubsequences: false) {
          let pair = part.split(separator: "=", omittingEmptySubsequences: false).map(String.init)
          guard pair.count == 2, !pair[0].isEmpty, times[pair[0]] == nil, let time = Seconds(parsing: pair[1]) else {
            return nil
          }
          times[pair[0]] = time.value
        }
        return LoiterTimes(after: times.removeValue(forKey: "all"), ofClass: times, description: text)
      }, expected: "a time such as 20s, or times of classes such as person=20s,all=10m")
  }
}

/// The lengths of a zone's sides in metres.
struct MeasuredSides: Hashable, Sendable {
  let zone: String
  let lengths: [Double]

  /// `road:3.5,20,3.5,20`.
  fileprivate static func read(_ text: String) throws -> MeasuredSides {
    try yolostream.read(
      text,
      { text in
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return nil }
        let words = text[text.index(after: colon)...].split(separator: ",", omittingEmptySubsequences: false)
        let lengths = words.compactMap { Double(String($0.filter { $0 != " " })) }
        return lengths.count == words.count ? MeasuredSides(zone: String(text[..<colon]), lengths: lengths) : nil
      }, expected: "the name of a zone and lengths in metres, such as road:3.5,20,3.5,20")
  }
}

extension Speed.Unit {
  fileprivate static func read(_ text: String) throws -> Speed.Unit {
    try yolostream.read(
      text, Speed.Unit.init(rawValue:),
      expected: "one of \(Speed.Unit.allCases.map(\.rawValue).joined(separator: ", "))")
  }
}

extension Polygon.Corner {
  /// Parses corners `x,y;x,y`.
  fileprivate static func list(_ text: Substring) -> [Polygon.Corner]? {
    var corners: [Polygon.Corner] = []
    for pair in text.split(separator: ";", omittingEmptySubsequences: false) {
      let numbers = pair.split(separator: ",", omittingEmptySubsequences: false).map { word in
        Float(String(word.filter { $0 != " " }))
      }
      guard numbers.count == 2, let x = numbers[0], let y = numbers[1], (0...1).contains(x), (0...1).contains(y) else {
        return nil
      }
      corners.append(Polygon.Corner(x: x, y: y))
    }
    return corners
  }

  /// Parses a name and corners `name:x,y;x,y`.
  fileprivate static func named(_ text: String) -> (name: String, corners: [Polygon.Corner])? {
    guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return nil }
    return list(text[text.index(after: colon)...]).map { (String(text[..<colon]), $0) }
  }
}

extension Polygon {
  /// `0,0;0.2,0;0.2,0.1`.
  fileprivate static func read(_ text: String) throws -> Polygon {
    try yolostream.read(
      text, { text in Corner.list(text[...]).flatMap { (3...100).contains($0.count) ? Polygon(corners: $0) : nil } },
      expected: "3 to 100 corners from 0 to 1, such as 0,0;0.2,0;0.2,0.1")
  }
}

extension Zone {
  /// `yard:0.1,0.5;0.9,0.5;0.9,1`.
  fileprivate static func read(_ text: String) throws -> Zone {
    try yolostream.read(
      text,
      { text in
        Polygon.Corner.named(text).flatMap { name, corners in
          (3...100).contains(corners.count) ? Zone(name, Polygon(corners: corners)) : nil
        }
      }, expected: "a name and 3 to 100 corners from 0 to 1, such as yard:0.1,0.5;0.9,0.5;0.9,1")
  }
}

extension CountingLine {
  /// `gate:0.1,0.6;0.9,0.6`.
  fileprivate static func read(_ text: String) throws -> CountingLine {
    try yolostream.read(
      text,
      { text in
        Polygon.Corner.named(text).flatMap { name, ends in
          ends.count == 2 && ends[0] != ends[1] ? CountingLine(name, from: ends[0], to: ends[1]) : nil
        }
      }, expected: "a name and two points from 0 to 1, such as gate:0.1,0.6;0.9,0.6")
  }
}
