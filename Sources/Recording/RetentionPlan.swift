import Settings

/// One recorded file and the bytes it takes.
struct RecordedFile: Hashable, Sendable {
  let name: MediaName
  let byteCount: Int64
}

/// Which recordings go. Pure.
struct RetentionPlan {
  let limits: StorageSettings
  /// `20261123T183927.123Z` before which files are too old.
  let oldest: String?
  /// Bytes that are free on the file system, and all it has.
  let free: Int64, total: Int64

  /// Those of `files` that are too old, and then the oldest until size and free space are as wanted; oldest first.
  func doomed(_ files: [RecordedFile]) -> [RecordedFile] {
    let sorted = files.sorted { ($0.name.time, $0.name.file) < ($1.name.time, $1.name.file) }
    var used = sorted.reduce(0) { $0 + $1.byteCount }
    var missing = limits.minFree.bytes(of: total) - free
    var count = 0
    for file in sorted {
      let isTooOld = oldest.map { file.name.time < $0 } ?? false
      guard isTooOld || used > limits.maxSize ?? .max || missing > 0 else { break }
      used -= file.byteCount
      missing -= file.byteCount
      count += 1
    }
    return Array(sorted.prefix(count))
  }
}
