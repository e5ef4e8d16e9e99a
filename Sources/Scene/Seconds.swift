/// A duration as users write it: `90`, `1.5s`, `200ms`, `2m`, `1h30m`, `10d`, `00:01:30`.
package struct Seconds: Hashable, Sendable, CustomStringConvertible {
  /// In seconds.
  package let value: Double

  /// A duration of `value` seconds.
  package init(_ value: Double) { self.value = value }

  /// Parses `text`; `nil` if it is not a duration or longer than 30 years.
  package init?(parsing text: String) {
    let value = text.contains(":") ? Self.clock(text) : Self.units(text[...])
    guard let value, value.isFinite, (0...1e9).contains(value) else { return nil }
    self.value = value
  }

  /// Seconds with the unit.
  package var description: String { Int(exactly: value).map { "\($0)s" } ?? "\(value)s" }

  /// `hours:minutes:seconds` or `minutes:seconds`.
  private static func clock(_ text: String) -> Double? {
    let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
    guard (2...3).contains(parts.count) else { return nil }
    return parts.reduce(0.0 as Double?) { sum, part in
      guard let sum, let part, part >= 0 else { return nil }
      return sum * 60 + part
    }
  }

  /// Numbers with units, largest first; a number without unit is seconds.
  private static func units(_ text: Substring) -> Double? {
    var sum = 0.0, rest = text
    while !rest.isEmpty {
      let digits = rest.prefix { $0.isNumber || $0 == "." }
      let unit = rest.dropFirst(digits.count).prefix { $0.isLetter }
      guard let number = Double(digits) else { return nil }
      switch unit {
      case "ms": sum += number / 1000
      case "s", "": sum += number
      case "m", "min": sum += number * 60
      case "h": sum += number * 3600
      case "d": sum += number * 86_400
      default: return nil
      }
      rest = rest.dropFirst(digits.count + unit.count)
    }
    return text.isEmpty ? nil : sum
  }
}
