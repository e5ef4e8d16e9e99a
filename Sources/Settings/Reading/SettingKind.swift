import Outputs
import Scene
import Yams

/// The kind of a value: how it is read, and its JSON Schema.
struct SettingKind<Value>: Sendable {
  /// Fields of a JSON Schema object, without braces.
  let schema: String
  let read: @Sendable (ConfigurationNode) throws(ConfigurationProblem) -> Value
}

extension SettingKind where Value == Double {
  /// A number.
  static func number(_ range: ClosedRange<Double>) -> SettingKind {
    SettingKind(
      schema: "\"type\":\"number\",\"minimum\":\(range.lowerBound.brief),\"maximum\":\(range.upperBound.brief)"
    ) { node throws(ConfigurationProblem) in
      let expected = "a number from \(range.lowerBound.brief) to \(range.upperBound.brief)"
      guard let value = Double(try node.text(expected)), range.contains(value) else { throw node.mismatch(expected) }
      return value
    }
  }

  /// A duration: `2s`, `500ms`, `1m30s`; a number alone is seconds.
  static func duration(_ range: ClosedRange<Double>) -> SettingKind {
    let pattern = "^([0-9.]+(ms|s|m|min|h|d)?)+$"
    return SettingKind(
      schema: "\"anyOf\":[{\"type\":\"number\"},{\"type\":\"string\",\"pattern\":\(pattern.json)}]"
    ) { node throws(ConfigurationProblem) in
      let expected = "a time from \(range.lowerBound.brief)s to \(range.upperBound.brief)s, such as 2s or 500ms"
      guard let value = Seconds(parsing: try node.text(expected))?.value, range.contains(value) else {
        throw node.mismatch(expected)
      }
      return value
    }
  }
}

extension SettingKind where Value == Float {
  /// A fraction: `0.25` or `25%`.
  static var share: SettingKind {
    SettingKind(
      schema:
        "\"anyOf\":[{\"type\":\"number\",\"minimum\":0,\"maximum\":1},{\"type\":\"string\",\"pattern\":\"^[0-9.]+%$\"}]"
    ) { node throws(ConfigurationProblem) in
      let expected = "a share from 0 to 1, or a percentage such as 25%"
      let text = try node.text(expected)
      let value = text.hasSuffix("%") ? Float(text.dropLast()).map { $0 / 100 } : Float(text)
      guard let value, (0...1).contains(value) else { throw node.mismatch(expected) }
      return value
    }
  }
}

extension SettingKind where Value == Int {
  /// An integer.
  static func whole(_ range: ClosedRange<Int>) -> SettingKind {
    SettingKind(
      schema: "\"type\":\"integer\",\"minimum\":\(range.lowerBound),\"maximum\":\(range.upperBound)"
    ) { node throws(ConfigurationProblem) in
      let expected =
        range.count == 1 ? "\(range.lowerBound)" : "an integer from \(range.lowerBound) to \(range.upperBound)"
      guard let value = Int(try node.text(expected)), range.contains(value) else { throw node.mismatch(expected) }
      return value
    }
  }
}

extension SettingKind where Value == Bool {
  /// `true` or `false`.
  static var switched: SettingKind {
    SettingKind(schema: "\"type\":\"boolean\"") { node throws(ConfigurationProblem) in
      switch try node.text("true or false") {
      case "true", "yes", "on": true
      case "false", "no", "off": false
      default: throw node.mismatch("true or false")
      }
    }
  }
}

extension SettingKind where Value == String? {
  /// Text that is not empty.
  static func text(_ expected: String) -> SettingKind {
    SettingKind(schema: "\"type\":\"string\",\"minLength\":1") { node throws(ConfigurationProblem) in
      let text = try node.text(expected)
      guard !text.isEmpty else { throw node.mismatch(expected) }
      return text
    }
  }
}

extension SettingKind where Value == [String]? {
  /// A list of names; one alone need not be a list.
  static func names(_ expected: String) -> SettingKind {
    SettingKind(
      schema: "\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":[\"string\",\"integer\"]}}]"
    ) { node throws(ConfigurationProblem) in
      if case .scalar = node.node { return [try node.text(expected)] }
      var names: [String] = []
      for item in try node.list(expected) { names.append(try item.text(expected)) }
      return names
    }
  }
}

extension SettingKind where Value == [Double]? {
  /// A list of lengths in metres.
  static var lengths: SettingKind {
    let number = SettingKind<Double>.number(0.1...10_000)
    return SettingKind(
      schema: "\"type\":\"array\",\"items\":{\(number.schema)},\"minItems\":4,\"maxItems\":5"
    ) { node throws(ConfigurationProblem) in
      var lengths: [Double] = []
      for item in try node.list("a list of lengths in metres, such as [3.5, 20, 3.5, 20]") {
        lengths.append(try number.read(item))
      }
      return lengths
    }
  }
}

extension SettingKind where Value: CaseIterable & RawRepresentable<String> & Sendable {
  /// One of the cases, by its text.
  static var choice: SettingKind {
    let cases = Array(Value.allCases), names = cases.map(\.rawValue)
    return SettingKind(schema: "\"enum\":[\(names.map(\.json).joined(separator: ","))]") {
      node throws(ConfigurationProblem) in
      let expected = "one of \(names.joined(separator: ", "))"
      let text = try node.text(expected)
      guard let value = cases.first(where: { $0.rawValue == text }) else { throw node.mismatch(expected) }
      return value
    }
  }
}

extension SettingKind where Value == Polygon.Corner {
  /// A point `[x, y]` in shares of the frame.
  static var corner: SettingKind {
    let number = "{\"type\":\"number\",\"minimum\":0,\"maximum\":1}"
    return SettingKind(
      schema: "\"type\":\"array\",\"items\":\(number),\"minItems\":2,\"maxItems\":2"
    ) { node throws(ConfigurationProblem) in
      let pair = try node.list("a corner [x, y]")
      guard pair.count == 2 else { throw node.mismatch("a corner [x, y]") }
      let kind = SettingKind<Double>.number(0...1)
      return Polygon.Corner(x: Float(try kind.read(pair[0])), y: Float(try kind.read(pair[1])))
    }
  }
}

extension SettingKind where Value == Polygon {
  /// An area, a list of corners `[x, y]` in shares of the frame.
  static var polygon: SettingKind {
    let corner = SettingKind<Polygon.Corner>.corner
    return SettingKind(
      schema: "\"type\":\"array\",\"items\":{\(corner.schema)},\"minItems\":3"
    ) { node throws(ConfigurationProblem) in
      var corners: [Polygon.Corner] = []
      for item in try node.list("a list of corners [x, y]") { corners.append(try corner.read(item)) }
      guard (3...100).contains(corners.count) else {
        throw node.problem("expected 3 to 100 corners, got \(corners.count)")
      }
      return Polygon(corners: corners)
    }
  }
}

extension SettingKind where Value == [Polygon] {
  /// A list of areas.
  static var polygons: SettingKind {
    let area = SettingKind<Polygon>.polygon
    return SettingKind(schema: "\"type\":\"array\",\"items\":{\(area.schema)}") {
      node throws(ConfigurationProblem) in
      var areas: [Polygon] = []
      for item in try node.list("a list of areas") { areas.append(try area.read(item)) }
      return areas
    }
  }
}

extension Double {
  /// Without a needless `.0`.
  package var brief: String { self == rounded() && magnitude < 1e15 ? "\(Int(self))" : "\(self)" }
}
