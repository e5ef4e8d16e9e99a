import GELAN

/// The table at the end of a zip archive that lists its entries, with the 64-bit extension.
enum CentralDirectory {
  /// Where the table is.
  struct Location {
    let offset: Int
    let size: Int
    let entryCount: Int
  }

  /// One entry of the table.
  struct Record {
    let name: String
    let flags: Int
    let method: Int
    let checksum: UInt32
    let compressedSize: Int
    let size: Int
    let localOffset: Int

    /// Reads the record at the cursor.
    init(from cursor: inout ByteCursor) throws(ModelError) {
      guard try cursor.unsigned(4) == 0x0201_4B50 else {
        throw ModelError(.damaged, "has a broken archive directory")
      }
      _ = try cursor.skip(4)
      flags = try cursor.short()
      method = try cursor.short()
      _ = try cursor.skip(4)
      checksum = UInt32(try cursor.unsigned(4))
      var compressedSize = try cursor.word()
      var size = try cursor.word()
      let lengths = (name: try cursor.short(), extra: try cursor.short(), comment: try cursor.short())
      _ = try cursor.skip(8)
      var localOffset = try cursor.word()
      name = String(decoding: cursor.bytes[try cursor.skip(lengths.name)], as: UTF8.self)
      let extra = try cursor.skip(lengths.extra)
      _ = try cursor.skip(lengths.comment)
      // Fields that do not fit 32 bits say so with all ones, and stand in the extra field in this order.
      if size == 0xFFFF_FFFF || compressedSize == 0xFFFF_FFFF || localOffset == 0xFFFF_FFFF {
        var field = ByteCursor(Array(cursor.bytes[extra]))
        while field.remaining >= 4 {
          let (kind, length) = (try field.short(), try field.short())
          let body = try field.skip(length)
          guard kind == 1 else { continue }
          var wide = ByteCursor(Array(field.bytes[body]))
          if size == 0xFFFF_FFFF { size = try wide.long() }
          if compressedSize == 0xFFFF_FFFF { compressedSize = try wide.long() }
          if localOffset == 0xFFFF_FFFF { localOffset = try wide.long() }
          break
        }
      }
      self.size = size
      self.compressedSize = compressedSize
      self.localOffset = localOffset
    }
  }

  /// More entries than any checkpoint of these networks has, several times over.
  private static let entryLimit = 100_000

  /// Finds the table from the record at the end of the file.
  static func locate(in file: FileBytes) throws(ModelError) -> Location {
    // The end record is 22 bytes and a comment of at most 65,535.
    let tailCount = min(file.count, 22 + 65_535)
    let tailOffset = file.count - tailCount
    let tail = try file.read(at: tailOffset, count: tailCount)
    guard let index = endRecord(in: tail) else {
      throw ModelError(.damaged, "is truncated: the archive has no directory at its end")
    }
    var cursor = ByteCursor(tail, from: index + 8)
    _ = try cursor.skip(2)
    var entryCount = try cursor.short()
    var size = try cursor.word()
    var offset = try cursor.word()
    if entryCount == 0xFFFF || size == 0xFFFF_FFFF || offset == 0xFFFF_FFFF, index >= 20 {
      var locator = ByteCursor(tail, from: index - 20)
      if try locator.unsigned(4) == 0x0706_4B50 {
        _ = try locator.skip(4)
        var wide = ByteCursor(try file.read(at: try locator.long(), count: 56))
        guard try wide.unsigned(4) == 0x0606_4B50 else {
          throw ModelError(.damaged, "has a broken 64-bit archive directory")
        }
        _ = try wide.skip(28)
        entryCount = try wide.long()
        size = try wide.long()
        offset = try wide.long()
      }
    }
    try file.require(offset: offset, count: size)
    guard offset + size <= tailOffset + index else {
      throw ModelError(.damaged, "has an archive directory that overlaps its end")
    }
    guard entryCount <= entryLimit, entryCount <= size / 46 else {
      throw ModelError(.damaged, "states \(entryCount) archive entries, more than it can hold")
    }
    return Location(offset: offset, size: size, entryCount: entryCount)
  }

  private static func endRecord(in tail: [UInt8]) -> Int? {
    var index = tail.count - 22
    while index >= 0 {
      if tail[index] == 0x50, tail[index + 1] == 0x4B, tail[index + 2] == 0x05, tail[index + 3] == 0x06 {
        // A signature inside a comment would not have a comment that ends exactly at the end.
        let comment = Int(tail[index + 20]) | Int(tail[index + 21]) << 8
        if index + 22 + comment == tail.count { return index }
      }
      index -= 1
    }
    return nil
  }
}
