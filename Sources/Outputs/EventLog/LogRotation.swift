import Foundation

/// When a log goes on in another file, and how many of the earlier ones stay: `events.jsonl.1` is the latest of them.
package struct LogRotation: Hashable, Sendable {
  /// Bytes at which a file is full.
  package var size: Int64
  /// Earlier files that stay, at least 1.
  package var keep: Int

  /// Files of `size` bytes, of which `keep` stay.
  package init(size: Int64, keep: Int) {
    self.size = size
    self.keep = keep
  }

  /// Gives the file at `path` and those before it the next number; the oldest goes.
  package func rotate(_ path: String) throws(OutputError) {
    let files = FileManager.default
    // It may have been moved by a call before, after which no other could be opened.
    guard files.fileExists(atPath: path) else { return }
    // Up to the first number that is free: calls that fail again and again must not push out one file after the other.
    let last = max(1, keep), free = (1...last).first { !files.fileExists(atPath: "\(path).\($0)") } ?? last
    do {
      for number in (0..<free).reversed() {
        let from = number == 0 ? path : "\(path).\(number)", to = "\(path).\(number + 1)"
        guard files.fileExists(atPath: from) else { continue }
        if files.fileExists(atPath: to) { try files.removeItem(atPath: to) }
        try files.moveItem(atPath: from, toPath: to)
      }
    } catch { throw OutputError(.writeFailed, "cannot move the full log \(path) away: \(error.localizedDescription)") }
  }
}
