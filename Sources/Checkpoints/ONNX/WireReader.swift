import GELAN

/// Reads the fields of one protobuf message that lies in a file.
///
/// Only the wire format is read (https://protobuf.dev/programming-guides/encoding). A field with a length, such as a nested
/// message or the numbers of a tensor, is given as its place in the file: weights are not loaded to get past them.
struct WireReader {
  /// One field of a message.
  struct Field {
    /// The number that the message's definition gives the field.
    let number: Int
    let value: Value
  }

  /// What a field holds, as far as the wire format shows it.
  enum Value {
    /// An integer, an enumeration or a boolean.
    case integer(UInt64)
    /// Four or eight bytes.
    case fixed
    /// The place in the file of a text, of bytes, of packed numbers or of a nested message.
    case bytes(Range<Int>)
  }

  private let file: FileBytes
  private let end: Int
  /// Bytes of the file from `windowStart`.
  private var window: [UInt8] = []
  private var windowStart: Int
  private var position: Int

  /// Reads the message at `range` of `file`.
  init(_ file: FileBytes, _ range: Range<Int>) {
    self.file = file
    position = range.lowerBound
    windowStart = range.lowerBound
    end = range.upperBound
  }

  /// The next field; `nil` at the end of the message.
  ///
  /// - Throws: `.damaged` if the message breaks off or a field goes beyond its end.
  mutating func next() throws(ModelError) -> Field? {
    guard position < end else { return nil }
    let key = try varint()
    let number = Int(truncatingIfNeeded: key >> 3)
    guard (1..<1 << 29).contains(number) else { throw damage("has a field without a number") }
    switch key & 7 {
    case 0: return Field(number: number, value: .integer(try varint()))
    case 1: return Field(number: number, value: try fixed(8))
    case 5: return Field(number: number, value: try fixed(4))
    case 2:
      let length = try varint()
      guard length <= UInt64(end - position) else {
        throw damage("has a field of \(length) bytes that goes beyond its end")
      }
      defer { position += Int(length) }
      return Field(number: number, value: .bytes(position..<position + Int(length)))
    default: throw damage("has a field of an unknown kind")
    }
  }

  /// The integers of a repeated field, which may be packed.
  static func integers(_ value: Value, in file: FileBytes, limit: Int) throws(ModelError) -> [Int] {
    switch value {
    case .integer(let number): return [Int(truncatingIfNeeded: number)]
    case .fixed: return []
    case .bytes(let range):
      var reader = WireReader(file, range)
      var numbers: [Int] = []
      while reader.position < reader.end, numbers.count <= limit {
        numbers.append(Int(truncatingIfNeeded: try reader.varint()))
      }
      return numbers
    }
  }

  private mutating func fixed(_ count: Int) throws(ModelError) -> Value {
    guard count <= end - position else { throw damage("breaks off") }
    position += count
    return .fixed
  }

  /// Seven bits a byte, lowest first; a byte with its high bit set is followed by another.
  private mutating func varint() throws(ModelError) -> UInt64 {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard position < end else { throw damage("breaks off") }
      if !(windowStart..<windowStart + window.count).contains(position) {
        window = try file.read(at: position, count: min(4096, end - position))
        windowStart = position
      }
      let byte = window[position - windowStart]
      position += 1
      value |= UInt64(byte & 0x7F) << shift
      if byte & 0x80 == 0 { return value }
    }
    throw damage("has an integer of more than ten bytes")
  }

  private func damage(_ text: String) -> ModelError {
    ModelError(.damaged, "is damaged: a message at byte \(position) \(text)")
  }
}
