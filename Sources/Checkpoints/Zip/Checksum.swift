/// CRC-32 as zip archives state it (ISO 3309, bits in reflected order), of bytes that come piece by piece.
struct Checksum {
  private var remainder = UInt32.max

  /// The checksum of what has come so far.
  var value: UInt32 { ~remainder }

  /// Remainders of the 256 bytes, so that eight steps of the division become one.
  private static let table: [UInt32] = (0..<256).map { byte in
    (0..<8).reduce(UInt32(byte)) { rest, _ in rest & 1 == 0 ? rest >> 1 : (rest >> 1) ^ 0xEDB8_8320 }
  }

  /// Takes the next piece.
  mutating func add(_ bytes: [UInt8]) {
    let table = Self.table
    for byte in bytes { remainder = table[Int(UInt8(truncatingIfNeeded: remainder) ^ byte)] ^ (remainder >> 8) }
  }
}
