import GELAN

/// Reads little-endian values one after the other from bytes it does not trust.
struct ByteCursor {
  let bytes: [UInt8]
  /// Index of the next byte.
  private(set) var position: Int
  /// Index after the last byte that may be read.
  let end: Int

  init(_ bytes: [UInt8], from position: Int = 0) {
    self.bytes = bytes
    self.position = min(max(position, 0), bytes.count)
    end = bytes.count
  }

  var remaining: Int { end - position }

  /// The next byte.
  mutating func byte() throws(ModelError) -> UInt8 {
    guard position < end else { throw Self.truncated(at: position) }
    defer { position += 1 }
    return bytes[position]
  }

  /// The next `width` bytes as an unsigned little-endian number; `width` at most 8.
  mutating func unsigned(_ width: Int) throws(ModelError) -> UInt64 {
    guard width <= remaining else { throw Self.truncated(at: position) }
    var value: UInt64 = 0
    for index in 0..<width { value |= UInt64(bytes[position + index]) << UInt64(8 * index) }
    position += width
    return value
  }

  /// The next two bytes as a number.
  mutating func short() throws(ModelError) -> Int { Int(try unsigned(2)) }

  /// The next four bytes as a number.
  mutating func word() throws(ModelError) -> Int { Int(try unsigned(4)) }

  /// The next eight bytes as a count; an error if it does not fit a signed 64-bit number.
  mutating func long() throws(ModelError) -> Int {
    let value = try unsigned(8)
    guard let number = Int(exactly: value) else {
      throw ModelError(.damaged, "states an impossible size of \(value)")
    }
    return number
  }

  /// Skips the next `count` bytes and returns their range.
  mutating func skip(_ count: Int) throws(ModelError) -> Range<Int> {
    guard count >= 0, count <= remaining else { throw Self.truncated(at: position) }
    defer { position += count }
    return position..<(position + count)
  }

  /// The bytes up to the next line feed, which is stepped over.
  mutating func line() throws(ModelError) -> Range<Int> {
    guard let feed = bytes[position..<end].firstIndex(of: 0x0A) else { throw Self.truncated(at: position) }
    defer { position = feed + 1 }
    return position..<feed
  }

  private static func truncated(at position: Int) -> ModelError {
    ModelError(.damaged, "is truncated: its description breaks off at byte \(position)")
  }
}
