import GELAN

/// A JSON text, read strictly: integers stay exact, keys are unique, and depth is bounded.
///
/// The header of a safetensors file is one: there, `2^63` must not become a float nor a second entry of the
/// same name quietly win.
enum JSONDocument: Hashable {
  case null
  case boolean(Bool)
  /// A number without fraction or exponent that fits 64 signed bits.
  case integer(Int)
  case real(Double)
  case text(String)
  case array([JSONDocument])
  case object([String: JSONDocument])

  /// Reads one document that fills `bytes`, white space aside.
  init(parsing bytes: some Sequence<UInt8>) throws(ModelError) {
    var parser = JSONParser(bytes: Array(bytes))
    self = try parser.document()
  }

  var text: String? { if case .text(let text) = self { text } else { nil } }
  var integer: Int? { if case .integer(let number) = self { number } else { nil } }
  var array: [JSONDocument]? { if case .array(let items) = self { items } else { nil } }
  var object: [String: JSONDocument]? { if case .object(let members) = self { members } else { nil } }
}
