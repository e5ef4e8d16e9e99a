import GELAN

/// Recursive descent over the grammar of RFC 8259.
struct JSONParser {
  private static let depthLimit = 32

  private let bytes: [UInt8]
  private var position = 0
  /// Values that may still be read. A header of tensors has one for every eight bytes; more would only cost memory.
  private var budget: Int

  init(bytes: [UInt8]) {
    self.bytes = bytes
    budget = 1024 + bytes.count / 4
  }

  mutating func document() throws(ModelError) -> JSONDocument {
    let value = try value(depth: 0)
    skipSpace()
    guard position == bytes.count else { throw fault("has more after its end") }
    return value
  }

  private mutating func value(depth: Int) throws(ModelError) -> JSONDocument {
    guard depth < Self.depthLimit else { throw fault("nests too deeply") }
    budget -= 1
    guard budget >= 0 else { throw fault("has far more values than its size allows") }
    skipSpace()
    guard let byte = peek else { throw fault("breaks off") }
    switch byte {
    case UInt8(ascii: "{"): return try object(depth: depth)
    case UInt8(ascii: "["): return try array(depth: depth)
    case UInt8(ascii: "\""): return .text(try string())
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func object(depth: Int) throws(ModelError) -> JSONDocument {
    position += 1
    var members: [String: JSONDocument] = [:]
    skipSpace()
    if take(UInt8(ascii: "}")) { return .object(members) }
    while true {
      skipSpace()
      let key = try string()
      skipSpace()
      guard take(UInt8(ascii: ":")) else { throw fault("lacks a colon") }
      let value = try value(depth: depth + 1)
      guard members.updateValue(value, forKey: key) == nil else { throw fault("names '\(key.prefix(80))' twice") }
      skipSpace()
      if take(UInt8(ascii: "}")) { return .object(members) }
      guard take(UInt8(ascii: ",")) else { throw fault("lacks a comma") }
    }
  }

  private mutating func array(depth: Int) throws(ModelError) -> JSONDocument {
    position += 1
    var items: [JSONDocument] = []
    skipSpace()
    if take(UInt8(ascii: "]")) { return .array(items) }
    while true {
      items.append(try value(depth: depth + 1))
      skipSpace()
      if take(UInt8(ascii: "]")) { return .array(items) }
      guard take(UInt8(ascii: ",")) else { throw fault("lacks a comma") }
    }
  }

  private mutating func string() throws(ModelError) -> String {
    guard take(UInt8(ascii: "\"")) else { throw fault("lacks a quotation mark") }
    var text: [UInt8] = []
    while let byte = peek {
      position += 1
      switch byte {
      case UInt8(ascii: "\""):
        guard let result = String(validating: text, as: UTF8.self) else { throw fault("has text that is not UTF-8") }
        return result
      case UInt8(ascii: "\\"): text.append(contentsOf: try escape())
      case 0..<0x20: throw fault("has a control character in a text")
      default: text.append(byte)
      }
    }
    throw fault("breaks off")
  }

  private mutating func escape() throws(ModelError) -> [UInt8] {
    guard let byte = peek else { throw fault("breaks off") }
    position += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return [byte]
    case UInt8(ascii: "b"): return [8]
    case UInt8(ascii: "f"): return [12]
    case UInt8(ascii: "n"): return [10]
    case UInt8(ascii: "r"): return [13]
    case UInt8(ascii: "t"): return [9]
    case UInt8(ascii: "u"): break
    default: throw fault("has an unknown escape")
    }
    var code = try hexadecimal()
    if (0xD800..<0xDC00).contains(code), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) {
      let low = try hexadecimal()
      guard (0xDC00..<0xE000).contains(low) else { throw fault("has half a character") }
      code = 0x10000 + (code - 0xD800) << 10 + (low - 0xDC00)
    }
    guard let scalar = Unicode.Scalar(code) else { throw fault("has half a character") }
    return Array(UTF8.encode(scalar) ?? UTF8.EncodedScalar())
  }

  private mutating func hexadecimal() throws(ModelError) -> UInt32 {
    guard position + 4 <= bytes.count,
      let code = UInt32(String(decoding: bytes[position..<(position + 4)], as: UTF8.self), radix: 16)
    else { throw fault("has a broken escape") }
    position += 4
    return code
  }

  private mutating func number() throws(ModelError) -> JSONDocument {
    let start = position
    while let byte = peek,
      UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
    {
      position += 1
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard !text.isEmpty, text.utf8.count < 64, text.utf8.first != UInt8(ascii: "+") else {
      throw fault("has something that is no value")
    }
    if let whole = Int(text) { return .integer(whole) }
    guard let real = Double(text) else { throw fault("has something that is no value") }
    return .real(real)
  }

  private mutating func word(_ word: StaticString, _ value: JSONDocument) throws(ModelError) -> JSONDocument {
    let length = word.utf8CodeUnitCount
    guard position + length <= bytes.count,
      String(decoding: bytes[position..<(position + length)], as: UTF8.self) == "\(word)"
    else { throw fault("has something that is no value") }
    position += length
    return value
  }

  private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

  private mutating func take(_ byte: UInt8) -> Bool {
    guard peek == byte else { return false }
    position += 1
    return true
  }

  private mutating func skipSpace() {
    while let byte = peek, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { position += 1 }
  }

  private func fault(_ what: String) -> ModelError {
    ModelError(.damaged, "has a JSON text that \(what) (character \(position))")
  }
}
