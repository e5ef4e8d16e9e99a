import Foundation

/// The position after a record.
package struct SpoolPlace: Hashable, Sendable, Comparable {
  /// Number of the segment.
  let segment: Int
  /// Offset in the segment in bytes.
  let offset: Int

  package static func < (left: SpoolPlace, right: SpoolPlace) -> Bool {
    (left.segment, left.offset) < (right.segment, right.offset)
  }
}

/// A record to deliver.
package struct SpoolRecord: Hashable, Sendable {
  /// The position after it, to acknowledge it.
  package let place: SpoolPlace
  /// When it was appended, in milliseconds since 1970.
  package let milliseconds: Int64
  /// Its bytes.
  package let payload: [UInt8]

  /// Size of the header: length, checksum and time; big-endian.
  static let headLength = 16

  /// The record as stored in a segment.
  static func bytes(of payload: [UInt8], milliseconds: Int64) -> Data {
    var data = Data(capacity: headLength + payload.count)
    let time = UInt64(bitPattern: milliseconds)
    for (value, count) in [(UInt64(payload.count), 4), (UInt64(checksum(payload, time)), 4), (time, 8)] {
      for byte in (0..<count).reversed() { data.append(UInt8(truncatingIfNeeded: value >> UInt64(8 * byte))) }
    }
    data.append(contentsOf: payload)
    return data
  }

  /// Parses the record at offset `start` of a segment; `nil` if it is torn or damaged.
  init?(_ bytes: [UInt8], at start: Int, segment: Int) {
    guard start + Self.headLength <= bytes.count else { return nil }
    func number(_ range: Range<Int>) -> UInt64 {
      bytes[start + range.lowerBound..<start + range.upperBound].reduce(0) { $0 << 8 | UInt64($1) }
    }
    let length = Int(number(0..<4)), time = number(8..<16)
    let end = start + Self.headLength + length
    guard end <= bytes.count else { return nil }
    payload = Array(bytes[start + Self.headLength..<end])
    guard UInt64(Self.checksum(payload, time)) == number(4..<8) else { return nil }
    milliseconds = Int64(bitPattern: time)
    place = SpoolPlace(segment: segment, offset: end)
  }

  /// FNV-1a, 32 bits, over the time and the payload.
  private static func checksum(_ payload: [UInt8], _ time: UInt64) -> UInt32 {
    var hash: UInt32 = 0x811C_9DC5
    for byte in 0..<8 { hash = (hash ^ UInt32(truncatingIfNeeded: time >> UInt64(8 * byte) & 0xFF)) &* 0x0100_0193 }
    for byte in payload { hash = (hash ^ UInt32(byte)) &* 0x0100_0193 }
    return hash
  }
}
