/// A pull parser for JSON: annotation files can exceed a hundred megabytes, so no tree is built.
///
/// Call `beginObject`, then `nextKey` until it returns `nil`, and for each key read a value or `skip`. Like Python's
/// reader it accepts `NaN` and `Infinity`. Every error states the line.
struct JSONReader {
  /// A scalar value; `composite` is a list or an object, which was skipped.
  enum Scalar {
    case number(Double, integer: Int?)
    case text(String)
    case boolean(Bool)
    case null
    case composite
  }

  private let bytes: [UInt8]
  private let path: String
  private var position = 0
  /// Whether a list or object was just opened, so that no comma precedes its first entry.
  private var isFirst = false

  init(_ bytes: [UInt8], path: String) {
    self.bytes = bytes
    self.path = path
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { position = 3 }
  }

  func fault(_ expected: String) -> EvaluationError {
    let line = 1 + bytes.prefix(position).count { $0 == 0x0A }
    let isAtEnd = position >= bytes.count
    return EvaluationError(
      .malformed, file: path, line: line, "expected JSON: \(expected)" + (isAtEnd ? ", the file ends here" : ""))
  }

  // MARK: objects and lists

  /// The first byte of the next value.
  mutating func peek() -> UInt8 {
    while position < bytes.count {
      let byte = bytes[position]
      if byte != 0x20 && byte != 0x0A && byte != 0x0D && byte != 0x09 { return byte }
      position += 1
    }
    return 0
  }

  /// Enters an object or a list that starts with `opening`; returns `false` for another value.
  mutating func begin(_ opening: UInt8) -> Bool {
    guard peek() == opening else { return false }
    position += 1
    isFirst = true
    return true
  }

  mutating func beginObject() -> Bool { begin(UInt8(ascii: "{")) }
  mutating func beginList() -> Bool { begin(UInt8(ascii: "[")) }

  /// Whether another entry follows in the list or object that ends with `closing`; skips the comma.
  private mutating func hasNext(_ closing: UInt8) throws(EvaluationError) -> Bool {
    let byte = peek()
    if byte == closing {
      position += 1
      isFirst = false
      return false
    }
    if !isFirst {
      guard byte == UInt8(ascii: ",") else { throw fault("a comma or '\(Character(UnicodeScalar(closing)))'") }
      position += 1
      if peek() == closing { throw fault("an entry after the comma") }
    }
    isFirst = false
    return true
  }

  mutating func hasNextItem() throws(EvaluationError) -> Bool { try hasNext(UInt8(ascii: "]")) }

  /// The range of the next key in the object; `nil` at its end.
  mutating func nextKey() throws(EvaluationError) -> Range<Int>? {
    guard try hasNext(UInt8(ascii: "}")) else { return nil }
    guard peek() == UInt8(ascii: "\"") else { throw fault("a key in quotes") }
    let key = try string()
    guard peek() == UInt8(ascii: ":") else { throw fault("a colon") }
    position += 1
    return key
  }

  /// Reads an object: calls `field` with each key, to read or skip its value. Skips another value.
  mutating func object(
    _ field: (inout JSONReader, Range<Int>) throws(EvaluationError) -> Void
  ) throws(EvaluationError) {
    guard beginObject() else { return try skip() }
    while let key = try nextKey() { try field(&self, key) }
  }

  /// Whether the key at `range` is `name`.
  func isKey(_ range: Range<Int>, _ name: [UInt8]) -> Bool {
    guard range.count == name.count else { return false }
    var index = range.lowerBound
    for byte in name {
      if bytes[index] != byte { return false }
      index += 1
    }
    return true
  }

  // MARK: values

  mutating func scalar() throws(EvaluationError) -> Scalar {
    switch peek() {
    case UInt8(ascii: "\""): return .text(text(try string()))
    case UInt8(ascii: "{"), UInt8(ascii: "["):
      try skip()
      return .composite
    case UInt8(ascii: "t"): return try word("true", .boolean(true))
    case UInt8(ascii: "f"): return try word("false", .boolean(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    case UInt8(ascii: "N"): return try word("NaN", .number(.nan, integer: nil))
    case UInt8(ascii: "I"): return try word("Infinity", .number(.infinity, integer: nil))
    default: return try number()
    }
  }

  /// Reads an identifier: an integer or text; `nil` for something else. Integers beyond 64 bits are kept as text.
  mutating func identifier() throws(EvaluationError) -> RecordID? {
    _ = peek()
    let start = position
    let value = try scalar()
    let written = bytes[start..<position]
    if case .number(_, integer: nil) = value, written.allSatisfy({ (0x30...0x39).contains($0) || $0 == 0x2D }) {
      return .text(String(decoding: written, as: UTF8.self))
    }
    return RecordID(value)
  }

  private mutating func word(_ word: String, _ value: Scalar) throws(EvaluationError) -> Scalar {
    let end = position + word.utf8.count
    guard end <= bytes.count, bytes[position..<end].elementsEqual(word.utf8) else { throw fault("a value") }
    position = end
    return value
  }

  private mutating func number() throws(EvaluationError) -> Scalar {
    let start = position
    let isNegative = position < bytes.count && bytes[position] == UInt8(ascii: "-")
    if isNegative { position += 1 }
    if position < bytes.count, bytes[position] == UInt8(ascii: "I") {
      return try word("Infinity", .number(-.infinity, integer: nil))
    }
    var mantissa = 0
    var digits = 0
    var fraction = 0
    var isPlain = true
    scan: while position < bytes.count {
      let byte = bytes[position]
      switch byte {
      case 0x30...0x39:
        digits += 1
        if digits <= 15 { mantissa = mantissa &* 10 &+ Int(byte &- 0x30) }
        if !isPlain { fraction += 1 }
      case UInt8(ascii: ".") where isPlain: isPlain = false
      default: break scan
      }
      position += 1
    }
    guard digits > 0 else { throw fault("a value") }
    let next = position < bytes.count ? bytes[position] : 0
    let hasExponent = next == UInt8(ascii: "e") || next == UInt8(ascii: "E")
    // Up to 15 digits and a small power of ten are exact in a double.
    if !hasExponent, digits <= 15, fraction <= 15 {
      let value = Double(mantissa) / Self.powersOfTen[fraction]
      let integer = mantissa.isMultiple(of: Int(Self.powersOfTen[fraction])) ? Int(value) : nil
      return .number(isNegative ? -value : value, integer: integer.map { isNegative ? -$0 : $0 })
    }
    while position < bytes.count, Self.isPartOfNumber(bytes[position]) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    guard let value = Double(text) else { throw fault("a number") }
    // A double does not tell integers of more than 15 digits apart.
    let whole = !hasExponent && isPlain ? Int(text) : Int(exactly: value)
    return .number(value, integer: whole)
  }

  private static let powersOfTen: [Double] = (0...15).map { power in (0..<power).reduce(1.0) { value, _ in value * 10 }
  }

  private static func isPartOfNumber(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || [0x2B, 0x2D, 0x2E, 0x45, 0x65].contains(byte)
  }

  /// Reads a list of numbers; skips another value and returns `nil`.
  mutating func numbers() throws(EvaluationError) -> [Double]? {
    guard beginList() else {
      try skip()
      return nil
    }
    var values: [Double]? = []
    while try hasNextItem() {
      if case .number(let value, _) = try scalar() { values?.append(value) } else { values = nil }
    }
    return values
  }

  /// Skips a value at any depth of nesting.
  mutating func skip() throws(EvaluationError) {
    var depth = 0
    repeat {
      switch peek() {
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        depth += 1
        position += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"):
        guard depth > 0 else { throw fault("a value") }
        depth -= 1
        position += 1
      case UInt8(ascii: "\""): _ = try string()
      case UInt8(ascii: ","), UInt8(ascii: ":"):
        guard depth > 0 else { throw fault("a value") }
        position += 1
      case 0 where position >= bytes.count: throw fault("the end of a list or object")
      default: _ = try scalar()
      }
    } while depth > 0
    isFirst = false
  }

  /// Throws unless only white space follows.
  mutating func end() throws(EvaluationError) {
    _ = peek()
    guard position >= bytes.count else { throw fault("the end of the file") }
  }

  // MARK: text

  /// Skips a string and returns the range between its quotes.
  private mutating func string() throws(EvaluationError) -> Range<Int> {
    position += 1
    let start = position
    while position < bytes.count {
      switch bytes[position] {
      case UInt8(ascii: "\""):
        position += 1
        return start..<position - 1
      case UInt8(ascii: "\\"): position += 2
      default: position += 1
      }
    }
    position = bytes.count
    throw fault("a closing quote")
  }

  private func text(_ range: Range<Int>) -> String {
    guard bytes[range].contains(UInt8(ascii: "\\")) else { return String(decoding: bytes[range], as: UTF8.self) }
    var units: [UInt8] = []
    var pending: [UInt16] = []
    func flush() {
      units += Array(String(decoding: pending, as: UTF16.self).utf8)
      pending = []
    }
    var index = range.lowerBound
    while index < range.upperBound {
      guard bytes[index] == UInt8(ascii: "\\"), index + 1 < range.upperBound else {
        flush()
        units.append(bytes[index])
        index += 1
        continue
      }
      let kind = bytes[index + 1]
      index += 2
      if kind == UInt8(ascii: "u"), index + 4 <= range.upperBound,
        let unit = UInt16(String(decoding: bytes[index..<index + 4], as: UTF8.self), radix: 16)
      {
        pending.append(unit)
        index += 4
        continue
      }
      flush()
      switch kind {
      case UInt8(ascii: "n"): units.append(0x0A)
      case UInt8(ascii: "t"): units.append(0x09)
      case UInt8(ascii: "r"): units.append(0x0D)
      case UInt8(ascii: "b"): units.append(0x08)
      case UInt8(ascii: "f"): units.append(0x0C)
      default: units.append(kind)
      }
    }
    flush()
    return String(decoding: units, as: UTF8.self)
  }
}
