import Settings

/// One recorded file and the bytes it takes.
struct RecordedFile: Hashable, Sendable {
  let name: RecordedName
  let byteCount: Int64
}

/// Decides which recordings are removed. A plain value.
struct RetentionPlan {
  let limits: StorageSettings
  /// `20261123T183927.123Z` before which a file is too old; `nil` for one that never is.
  let oldest: (RecordedName) -> String?
  /// Whether somebody marked an event of a file as kept. It stays whatever the limits are.
  let isKept: (RecordedName) -> Bool
  /// Bytes that are free on the file system, and all it has.
  let free: Int64, total: Int64

  /// The `files` to remove, oldest first: those that are too old, then the oldest until size and free space meet the limits.
  func doomed(_ files: [RecordedFile]) -> [RecordedFile] {
    let sorted = files.sorted { ($0.name.time, $0.name.file) < ($1.name.time, $1.name.file) }
    var used = sorted.reduce(0) { $0 + $1.byteCount }
    var missing = limits.minFree.bytes(of: total) - free
    var doomed: [RecordedFile] = []
    func condemn(_ file: RecordedFile) {
      used -= file.byteCount
      missing -= file.byteCount
      doomed.append(file)
    }
    var others: [RecordedFile] = []
    for file in sorted where !isKept(file.name) {
      if let oldest = oldest(file.name), file.name.time < oldest { condemn(file) } else { others.append(file) }
    }
    for file in others {
      guard used > limits.maxSize ?? .max || missing > 0 else { break }
      condemn(file)
    }
    return doomed
  }
}
