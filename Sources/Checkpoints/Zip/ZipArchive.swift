import GELAN

/// A zip archive of stored entries, as `torch.save` writes it.
///
/// Compressed entries are refused, so what is read can never be larger than the file. Sizes come from the central
/// directory (the local headers of such files carry zeros), data positions from the local headers (whose alignment
/// padding the central directory does not know).
struct ZipArchive {
  /// One stored file of the archive.
  struct Entry {
    /// Path inside the archive.
    let name: String
    /// Position of the first data byte in the file.
    let dataOffset: Int
    /// Size of the data in bytes.
    let count: Int
    /// CRC-32 of the data as the archive states it; zero where its writer left it out.
    let checksum: UInt32
  }

  /// First bytes of every archive with at least one entry.
  static let signature: [UInt8] = [0x50, 0x4B, 0x03, 0x04]

  let file: FileBytes
  let entries: [Entry]

  /// Reads the directory of the archive in `file` and checks that all entries lie in it side by side.
  init(file: FileBytes) throws(ModelError) {
    self.file = file
    let directory = try CentralDirectory.locate(in: file)
    var cursor = ByteCursor(try file.read(at: directory.offset, count: directory.size))
    var entries: [Entry] = []
    var extents: [Range<Int>] = []
    entries.reserveCapacity(directory.entryCount)
    extents.reserveCapacity(directory.entryCount)
    var compressed: String?
    var isScript = false
    for _ in 0..<directory.entryCount {
      let record = try CentralDirectory.Record(from: &cursor)
      isScript = isScript || record.name.hasSuffix("/constants.pkl") || record.name.contains("/code/__torch__")
      guard record.method == 0, record.flags & 1 == 0 else {
        compressed = compressed ?? record.name
        continue
      }
      guard record.compressedSize == record.size else {
        throw ModelError(.damaged, "states two sizes for the stored entry '\(record.name.prefix(120))'")
      }
      let data = try Self.dataOffset(of: record, in: file)
      try file.require(offset: data, count: record.size)
      extents.append(record.localOffset..<(data + record.size))
      entries.append(
        Entry(name: record.name, dataOffset: data, count: record.size, checksum: record.checksum))
    }
    if isScript { throw Self.script }
    if let compressed {
      throw ModelError(
        .refused,
        "has the compressed or encrypted entry '\(compressed.prefix(120))'; weights are only read from stored entries")
    }
    extents.sort { $0.lowerBound < $1.lowerBound }
    for (one, next) in zip(extents, extents.dropFirst()) where next.lowerBound < one.upperBound {
      throw ModelError(.damaged, "has entries that overlap at byte \(next.lowerBound)")
    }
    if let last = extents.last, last.upperBound > directory.offset {
      throw ModelError(.damaged, "has an entry that overlaps its directory")
    }
    self.entries = entries
  }

  /// What marks a TorchScript export.
  private static let script = ModelError(
    .unsupported, "is a TorchScript export, a program; the checkpoint it was made from is needed (.pt or .safetensors)")

  /// All bytes of `entry`.
  func read(_ entry: Entry) throws(ModelError) -> [UInt8] {
    try file.read(at: entry.dataOffset, count: entry.count)
  }

  /// Reads everything once, and throws `damaged` at the first entry whose data has another checksum than is stated.
  func verify() throws(ModelError) {
    let window = 1 << 16
    for entry in entries where entry.checksum != 0 {
      var checksum = Checksum()
      for offset in stride(from: 0, to: entry.count, by: window) {
        checksum.add(try file.read(at: entry.dataOffset + offset, count: min(window, entry.count - offset)))
      }
      guard checksum.value == entry.checksum else {
        throw ModelError(
          .damaged, "has other bytes in its entry '\(entry.name.prefix(120))' than were written: the checksum is wrong")
      }
    }
  }

  private static func dataOffset(of record: CentralDirectory.Record, in file: FileBytes) throws(ModelError) -> Int {
    var header = ByteCursor(try file.read(at: record.localOffset, count: 30))
    guard try header.unsigned(4) == 0x0403_4B50 else {
      throw ModelError(.damaged, "has no local header for its entry '\(record.name.prefix(120))'")
    }
    _ = try header.skip(22)
    let (nameLength, extraLength) = (try header.short(), try header.short())
    return record.localOffset + 30 + nameLength + extraLength
  }
}
