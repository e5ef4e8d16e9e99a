import GELAN

/// A JSON document, read strictly: integers stay exact, keys are unique, and depth is bounded.
///
/// The header of a safetensors file is read with it: there, `2^63` must not become a float nor a second entry of the
/// same name quietly win.
enum JSONValue: Hashable {
  case null
  case boolean(Bool)
  /// A number without fraction or exponent that fits 64 signed bits.
  case integer(Int)
  case real(Double)
  case text(String)
  case array([JSONValue])
  case object([String: JSONValue])

  /// Reads one document that fills `bytes`, white space aside.
  init(parsing bytes: some Sequence<UInt8>) throws(ModelError) {
    var parser = JSONParser(bytes: Array(bytes))
    self = try parser.document()
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var integer: Int? { if case .integer(let number) = self { number } else { nil } }
  var array: [JSONValue]? { if case .array(let items) = self { items } else { nil } }
  var object: [String: JSONValue]? { if case .object(let members) = self { members } else { nil } }

  /// The document without white space, keys in order, so that equal values give equal bytes.
  var encoded: String {
    switch self {
    case .null: "null"
    case .boolean(let value): value ? "true" : "false"
    case .integer(let value): String(value)
    case .real(let value): String(value)
    case .text(let value): Self.quoted(value)
    case .array(let items): "[" + items.map(\.encoded).joined(separator: ",") + "]"
    case .object(let members):
      "{"
        + members.sorted { $0.key < $1.key }.map { Self.quoted($0.key) + ":" + $0.value.encoded }
        .joined(separator: ",") + "}"
    }
  }

  private static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
