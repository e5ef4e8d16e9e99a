import JSON
import Outputs
import Scene
import Yams

/// The kind of a value: how it is read, and its JSON Schema.
struct SettingKind<Value>: Sendable {
  /// Fields of a JSON Schema object, without braces.
  let schema: String
  let read: @Sendable (ConfigurationNode) throws(ConfigurationProblem) -> Value
}

extension SettingKind {
  /// A single value, which `parse` reads from its text; `nil` is not what was `expected`.
  static func parsed(
    _ schema: String, _ expected: String, _ parse: @escaping @Sendable (String) -> Value?
  ) -> SettingKind {
    SettingKind(schema: schema) { node throws(ConfigurationProblem) in
      guard let value = parse(try node.text(expected)) else { throw node.mismatch(expected) }
      return value
    }
  }

  /// The same, where the key may be missing.
  static func optional<Wrapped>(_ kind: SettingKind<Wrapped>) -> SettingKind where Value == Wrapped? {
    SettingKind(schema: kind.schema) { node throws(ConfigurationProblem) in try kind.read(node) }
  }
}

extension SettingKind where Value == Double {
  /// A number.
  static func number(_ range: ClosedRange<Double>) -> SettingKind {
    let (least, most) = (range.lowerBound.brief, range.upperBound.brief)
    return parsed(
      "\"type\":\"number\",\"minimum\":\(least),\"maximum\":\(most)", "a number from \(least) to \(most)"
    ) { Double($0).flatMap(range.including) }
  }

  /// A duration: `2s`, `500ms`, `1m30s`; a number alone is seconds.
  static func duration(_ range: ClosedRange<Double>) -> SettingKind {
    let pattern = "^([0-9.]+(ms|s|m|min|h|d)?)+$"
    return parsed(
      "\"anyOf\":[{\"type\":\"number\"},{\"type\":\"string\",\"pattern\":\(pattern.json)}]",
      "a time from \(range.lowerBound.brief)s to \(range.upperBound.brief)s, such as 2s or 500ms"
    ) { Seconds(parsing: $0).flatMap { range.including($0.value) } }
  }
}

extension SettingKind where Value == Float {
  /// A fraction: `0.25` or `25%`.
  static var share: SettingKind {
    parsed(
      "\"anyOf\":[{\"type\":\"number\",\"minimum\":0,\"maximum\":1},{\"type\":\"string\",\"pattern\":\"^[0-9.]+%$\"}]",
      "a share from 0 to 1, or a percentage such as 25%"
    ) { text in
      let value = text.hasSuffix("%") ? Float(text.dropLast()).map { $0 / 100 } : Float(text)
      return value.flatMap { (0...1).contains($0) ? $0 : nil }
    }
  }
}

extension SettingKind where Value == Int {
  /// An integer.
  static func whole(_ range: ClosedRange<Int>) -> SettingKind {
    parsed(
      "\"type\":\"integer\",\"minimum\":\(range.lowerBound),\"maximum\":\(range.upperBound)",
      range.count == 1 ? "\(range.lowerBound)" : "an integer from \(range.lowerBound) to \(range.upperBound)"
    ) { Int($0).flatMap(range.including) }
  }
}

extension SettingKind where Value == Bool {
  /// `true` or `false`.
  static var switched: SettingKind {
    parsed("\"type\":\"boolean\"", "true or false") { text in
      switch text {
      case "true", "yes", "on": true
      case "false", "no", "off": false
      default: nil
      }
    }
  }
}

extension SettingKind where Value == String? {
  /// Text that is not empty.
  static func text(_ expected: String) -> SettingKind {
    .optional(.parsed("\"type\":\"string\",\"minLength\":1", expected) { $0.isEmpty ? nil : $0 })
  }
}

extension SettingKind where Value == [String]? {
  /// A list of names; one alone need not be a list.
  static func names(_ expected: String) -> SettingKind {
    SettingKind(
      schema: "\"anyOf\":[{\"type\":\"string\"},{\"type\":\"array\",\"items\":{\"type\":[\"string\",\"integer\"]}}]"
    ) { node throws(ConfigurationProblem) in
      if case .scalar = node.node { return [try node.text(expected)] }
      return try node.list(expected).map { item throws(ConfigurationProblem) in try item.text(expected) }
    }
  }
}

extension SettingKind where Value == String {
  /// One of `names`.
  static func oneOf(_ names: [String]) -> SettingKind {
    parsed(enumeration(names), "one of \(names.joined(separator: ", "))") { names.contains($0) ? $0 : nil }
  }

  /// The schema of one of `names`.
  fileprivate static func enumeration(_ names: [String]) -> String {
    "\"enum\":[\(names.map(\.json).joined(separator: ","))]"
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
    return parsed(SettingKind<String>.enumeration(names), "one of \(names.joined(separator: ", "))") { text in
      cases.first { $0.rawValue == text }
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
      let corners = try node.list("a list of corners [x, y]").map(corner.read)
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
      try node.list("a list of areas").map(area.read)
    }
  }
}

extension ClosedRange {
  /// `value`; `nil` if it is outside.
  fileprivate func including(_ value: Bound) -> Bound? { contains(value) ? value : nil }
}

extension Double {
  /// Without a needless `.0`.
  package var brief: String { self == rounded() && magnitude < 1e15 ? "\(Int(self))" : "\(self)" }
}
