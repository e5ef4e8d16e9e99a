public import ArgumentParser
public import Capture
import Scene

extension SourceOptions.Transport: ExpressibleByArgument {}

/// Parses the value of an option; throws what was expected if that fails.
func read<Value>(_ text: String, _ parse: (String) -> Value?, expected: String) throws -> Value {
  guard let value = parse(text) else { throw ValidationError("expected \(expected)") }
  return value
}

/// Throws what was expected of `option` if `value` is not within `range`.
func expect<Value: Comparable>(_ option: String, _ value: Value, in range: ClosedRange<Value>) throws {
  guard range.contains(value) else {
    throw ValidationError("\(option) \(value): expected \(range.lowerBound) to \(range.upperBound)")
  }
}

extension Seconds {
  /// Parses a duration.
  static func read(_ text: String) throws -> Seconds {
    try yolostream.read(text, Seconds.init(parsing:), expected: "a time such as 10s, 500ms, 1m30s or 00:01:30")
  }
}
