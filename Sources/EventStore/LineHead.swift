import Foundation
import GRDB

/// A line of a log without what the store knows better: where files are, the types of an event, and whether it is kept.
///
/// Logs of this program have the fields about files at the end of the line, so that they are cut off without reading what is
/// before them.
struct LineHead {
  /// The object without its last brace.
  let text: String

  private static let first = Array(",\"snapshot\":".utf8)
  private static let names = [
    Array("snapshot".utf8), Array("clip".utf8), Array("clip_offset".utf8), Array("clips".utf8),
    Array("snapshot_box".utf8),
  ]

  /// `nil` for a line that has such fields elsewhere.
  init?(_ line: String) {
    let bytes = Array(line.utf8)
    guard bytes.last == UInt8(ascii: "}"), bytes.count > 2, !Self.contains("kept", bytes),
      !Self.contains("types", bytes)
    else { return nil }
    if let start = Self.place(of: Self.first, in: bytes) {
      guard Self.areFiles(bytes[start...]) else { return nil }
      text = String(decoding: bytes[..<start], as: UTF8.self)
    } else {
      for name in Self.names where Self.contains(String(decoding: name, as: UTF8.self), bytes) { return nil }
      text = String(decoding: bytes.dropLast(), as: UTF8.self)
    }
  }

  /// The same for any line, by SQLite.
  static func removed(from line: String, in db: Database) throws -> String {
    let statement = try db.cachedStatement(
      sql: """
        SELECT json_remove(
          ?, '$.snapshot', '$.clip', '$.clip_offset', '$.clips', '$.snapshot_box', '$.types', '$.kept')
        """)
    return String((try String.fetchOne(statement, arguments: [line]) ?? "{}").dropLast())
  }

  private static func contains(_ name: String, _ bytes: [UInt8]) -> Bool {
    place(of: Array(",\"\(name)\":".utf8), in: bytes) != nil
  }

  private static func place(of pattern: [UInt8], in bytes: [UInt8]) -> Int? {
    guard bytes.count >= pattern.count else { return nil }
    var place = bytes.count - pattern.count
    while place >= 0 {
      if bytes[place] == pattern[0], bytes[place..<place + pattern.count].elementsEqual(pattern) { return place }
      place -= 1
    }
    return nil
  }

  /// Whether `rest` is `,"name":value` again and again, of the names of files only, and a brace.
  private static func areFiles(_ rest: ArraySlice<UInt8>) -> Bool {
    var rest = rest
    while rest.first == UInt8(ascii: ",") {
      guard let name = names.first(where: { rest.dropFirst(2).starts(with: $0 + Array("\":".utf8)) }),
        rest.dropFirst().first == UInt8(ascii: "\"")
      else { return false }
      rest = rest.dropFirst(name.count + 4)
      switch rest.first {
      case UInt8(ascii: "\""):
        guard let end = rest.dropFirst().firstIndex(of: UInt8(ascii: "\"")), !rest[..<end].contains(UInt8(ascii: "\\"))
        else {
          return false
        }
        rest = rest[(end + 1)...]
      case UInt8(ascii: "["):
        guard let end = rest.firstIndex(of: UInt8(ascii: "]")) else { return false }
        rest = rest[(end + 1)...]
      default: rest = rest.drop { $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }
      }
    }
    return rest.count == 1 && rest.first == UInt8(ascii: "}")
  }
}
