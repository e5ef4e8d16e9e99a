public import ArgumentParser
public import Capture
import Scene

extension SourceOptions.Transport: ExpressibleByArgument {}

/// What `parse` makes of an option's value; says what was expected where it makes nothing.
func read<Value>(_ text: String, _ parse: (String) -> Value?, expected: String) throws -> Value {
  guard let value = parse(text) else { throw ValidationError("expected \(expected)") }
  return value
}

/// Says what was expected of `option` if `value` is not within `range`.
func expect<Value: Comparable>(_ option: String, _ value: Value, in range: ClosedRange<Value>) throws {
  guard range.contains(value) else {
    throw ValidationError("\(option) \(value): expected \(range.lowerBound) to \(range.upperBound)")
  }
}

extension Seconds {
  /// A length of time.
  static func read(_ text: String) throws -> Seconds {
    try yolostream.read(text, Seconds.init(parsing:), expected: "a time such as 10s, 500ms, 1m30s or 00:01:30")
  }
}
