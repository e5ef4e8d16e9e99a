import JSON

/// The identifier of an image or a class in a data set's files: an integer or text. pycocotools takes any.
package enum RecordID: Hashable, Comparable, Sendable, ExpressibleByIntegerLiteral, ExpressibleByStringLiteral {
  /// An integer.
  case number(Int)
  /// Text.
  case text(String)

  /// The integer `value`.
  package init(integerLiteral value: Int) { self = .number(value) }
  /// The text `value`.
  package init(stringLiteral value: String) { self = .text(value) }

  /// As a person writes it.
  var text: String {
    switch self {
    case .number(let value): "\(value)"
    case .text(let value): value
    }
  }

  /// As written in JSON.
  package var json: String {
    switch self {
    case .number(let value): "\(value)"
    case .text(let value): value.json
    }
  }

  /// Integers by value, then text bytewise.
  package static func < (a: RecordID, b: RecordID) -> Bool {
    switch (a, b) {
    case (.number(let a), .number(let b)): a < b
    case (.number, .text): true
    case (.text, .number): false
    case (.text(let a), .text(let b)): a.utf8.lexicographicallyPrecedes(b.utf8)
    }
  }
}
