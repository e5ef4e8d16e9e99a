/// A JSON value, written on one line. Objects keep the order of their fields; numbers are the same in every locale.
package indirect enum JSONValue: Hashable, Sendable {
  case null
  case bool(Bool)
  case integer(Int)
  /// With at most three digits behind the point.
  case number(Double)
  case string(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])
  /// A value that is JSON already.
  case raw(String)

  /// An object without fields.
  package init() { self = .object([]) }

  /// The value on one line.
  package var text: String {
    switch self {
    case .null: "null"
    case .bool(let value): value ? "true" : "false"
    case .integer(let value): "\(value)"
    case .number(let value): value.json(places: 3)
    case .string(let value): value.json
    case .array(let values): "[" + values.map(\.text).joined(separator: ",") + "]"
    case .object(let fields): "{" + fields.map { "\($0.key.json):\($0.value.text)" }.joined(separator: ",") + "}"
    case .raw(let text): text
    }
  }

  /// The value of `key` in an object.
  package subscript(key: String) -> JSONValue? {
    guard case .object(let fields) = self else { return nil }
    return fields.first { $0.key == key }?.value
  }

  package static func == (left: JSONValue, right: JSONValue) -> Bool { left.text == right.text }
  package func hash(into hasher: inout Hasher) { hasher.combine(text) }
}

extension JSONValue {
  /// A number with at most `places` digits behind the point.
  package static func number(_ value: Double?, places: Int) -> JSONValue {
    value.map { .raw($0.json(places: places)) } ?? .null
  }

  package static func optional(_ value: String?) -> JSONValue { value.map(JSONValue.string) ?? .null }
  package static func optional(_ value: Int?) -> JSONValue { value.map(JSONValue.integer) ?? .null }
  package static func strings(_ values: [String]) -> JSONValue { .array(values.map(JSONValue.string)) }
  package static func numbers(_ values: [Float], places: Int) -> JSONValue {
    .array(values.map { .number(Double($0), places: places) })
  }

  /// An object with its fields in order of their names, so that equal fields give equal text.
  package static func sorted(_ fields: [String: JSONValue]) -> JSONValue {
    .object(fields.sorted { $0.key < $1.key }.map { (key: $0.key, value: $0.value) })
  }

  /// An object of counts, sorted by name.
  package static func counts(_ counts: [String: Int]) -> JSONValue { sorted(counts.mapValues(JSONValue.integer)) }
}

extension JSONValue {
  /// Adds a field to an object.
  package mutating func add(_ name: String, value: JSONValue) {
    guard case .object(var fields) = self else { return }
    // The only reference, so that nothing is copied.
    self = .null
    fields.append((key: name, value: value))
    self = .object(fields)
  }

  package mutating func add(_ name: String, json text: String) { add(name, value: .raw(text)) }
  package mutating func add(_ name: String, _ text: String?) { add(name, value: .optional(text)) }
  package mutating func add(_ name: String, _ number: Int?) { add(name, value: .optional(number)) }
  package mutating func add(_ name: String, _ flag: Bool) { add(name, value: .bool(flag)) }
  package mutating func add(_ name: String, _ texts: [String]) { add(name, value: .strings(texts)) }
  package mutating func add(_ name: String, _ number: Double?, places: Int) {
    add(name, value: .number(number, places: places))
  }
  package mutating func add(_ name: String, _ numbers: [Float], places: Int) {
    add(name, value: .numbers(numbers, places: places))
  }
}

extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral,
  ExpressibleByDictionaryLiteral
{
  package init(stringLiteral value: String) { self = .string(value) }
  package init(booleanLiteral value: Bool) { self = .bool(value) }
  package init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  package init(dictionaryLiteral elements: (String, JSONValue)...) {
    self = .object(elements.map { (key: $0.0, value: $0.1) })
  }
}
