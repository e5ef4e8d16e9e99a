import Foundation

/// A folder that is written to: checks permission and free space.
package struct Place: Sendable {
  /// The folder; it need not exist.
  package let path: String
  /// Its purpose.
  package let purpose: String
  /// Free bytes below which a notice is given.
  package let wanted: Int

  /// A folder at `path` for `purpose` that should have `wanted` bytes free.
  package init(_ path: String, for purpose: String, wanted: Int) {
    self.path = path
    self.purpose = purpose
    self.wanted = wanted
  }

  /// The result of the check.
  package func finding() -> Finding {
    let folder = nearest
    let facts = try? FileManager.default.attributesOfFileSystem(forPath: folder)
    return finding(
      free: (facts?[.systemFreeSize] as? NSNumber)?.intValue ?? 0,
      isWritable: FileManager.default.isWritableFile(atPath: folder))
  }

  func finding(free: Int, isWritable: Bool) -> Finding {
    let room = free >= 10_000_000_000 ? "\(free / 1_000_000_000) GB" : "\(free / 1_000_000) MB"
    let fact = "\(path) (\(purpose)): \(room) free"
    if !isWritable {
      return Finding(
        "storage", .notice, "\(fact), but not writable for this user",
        advice: "run as a user who may write there, or choose another folder")
    }
    if free < wanted { return Finding("storage", .notice, fact, advice: "free some space, or choose another disk") }
    return Finding("storage", .good, fact)
  }

  /// The folder itself, or its nearest existing parent.
  private var nearest: String {
    var url = URL(filePath: path).standardizedFileURL
    while url.path != "/", !Self.exists(url.path) { url.deleteLastPathComponent() }
    return url.path
  }

  static func exists(_ path: String) -> Bool { FileManager.default.fileExists(atPath: path) }
}
