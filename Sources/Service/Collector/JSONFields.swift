import Foundation
import JSON
import Outputs

/// The fields of a JSON object, in their order, each value in the text that it came in: numbers and escapes stay as they are.
struct JSONFields {
  private var fields: [(name: String, value: String)] = []

  /// Reads one object; `nil` for anything else.
  init?(_ bytes: [UInt8]) {
    // The decoder checks all of the text; from here on only the limits of fields are looked for.
    guard (try? JSONDecoder().decode([String: Anything].self, from: Data(bytes))) != nil else { return nil }
    var scanner = FieldScanner(bytes: bytes)
    scanner.pass(UInt8(ascii: "{"))
    while let name = scanner.value(), name.first == UInt8(ascii: "\"") {
      scanner.pass(UInt8(ascii: ":"))
      guard let decoded = try? JSONDecoder().decode(String.self, from: Data(name)), let value = scanner.value() else {
        return nil
      }
      fields.append((decoded, String(decoding: value, as: UTF8.self)))
      scanner.pass(UInt8(ascii: ","))
    }
  }

  /// The value of `name` as JSON; `nil` for a field that is not there. One that is new becomes the last.
  subscript(name: String) -> String? {
    get { fields.first { $0.name == name }?.value }
    set {
      guard let newValue else { return fields.removeAll { $0.name == name } }
      if let index = fields.firstIndex(where: { $0.name == name }) {
        fields[index].value = newValue
      } else {
        fields.append((name, newValue))
      }
    }
  }

  /// The object on one line.
  var json: String {
    JSONValue.object(fields.map { (key: $0.name, value: .raw($0.value)) }).text
  }

  /// Any value: which one does not matter.
  private struct Anything: Decodable {
    init(from decoder: any Decoder) {}
  }
}

/// Steps through the text of a JSON object that is known to be well-formed.
private struct FieldScanner {
  let bytes: [UInt8]
  private var index = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// Steps over `byte`, if it is next.
  mutating func pass(_ byte: UInt8) {
    skipSpace()
    if index < bytes.count, bytes[index] == byte { index += 1 }
  }

  /// The next string, number, word, object or array; `nil` if there is none.
  mutating func value() -> ArraySlice<UInt8>? {
    skipSpace()
    let start = index
    var depth = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "\""): skipString()
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        index += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        if depth == 0 { return slice(from: start) }
        depth -= 1
        index += 1
      case UInt8(ascii: ","), UInt8(ascii: ":"), 0x20, 0x09, 0x0A, 0x0D:
        if depth == 0 { return slice(from: start) }
        index += 1
      default: index += 1
      }
    }
    return slice(from: start)
  }

  private func slice(from start: Int) -> ArraySlice<UInt8>? { start < index ? bytes[start..<index] : nil }

  private mutating func skipSpace() {
    while index < bytes.count, [0x20, 0x09, 0x0A, 0x0D].contains(bytes[index]) { index += 1 }
  }

  private mutating func skipString() {
    index += 1
    while index < bytes.count, bytes[index] != UInt8(ascii: "\"") {
      index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
    }
    index = min(index + 1, bytes.count)
  }
}
