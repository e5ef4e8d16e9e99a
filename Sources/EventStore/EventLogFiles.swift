import Foundation
import Glibc

/// The files of an event log: the one that is written to, and those that were rotated away (`events.jsonl.1` is the latest
/// of them).
struct EventLogFiles: Sendable {
  /// Bytes read at once.
  static let chunk = 1 << 20
  /// A first line is never longer.
  private static let longestLine = 1 << 16

  let path: String

  /// Those that are there, the oldest first.
  var paths: [String] {
    let folder = (path as NSString).deletingLastPathComponent
    let name = (path as NSString).lastPathComponent + "."
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.isEmpty ? "." : folder)) ?? []
    let numbers = names.compactMap { $0.hasPrefix(name) ? Int($0.dropFirst(name.count)) : nil }.filter { $0 > 0 }
    return numbers.sorted(by: >).map { "\(path).\($0)" } + (FileManager.default.fileExists(atPath: path) ? [path] : [])
  }

  /// The logs in `folder`, by name.
  static func all(in folder: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(".jsonl") }.sorted().map { "\(folder)/\($0)" }
  }

  /// What a file is, apart from its name and its contents.
  struct Stamp: Hashable {
    let device: UInt64, inode: UInt64, size: Int64

    /// `nil` for what is no plain file.
    init?(_ path: String) {
      var status = stat()
      guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
      (device, inode, size) = (UInt64(status.st_dev), UInt64(status.st_ino), Int64(status.st_size))
    }
  }

  /// An open file of the log.
  struct Reading {
    private let file: FileHandle
    /// The first line, which identifies the file: a rotated log keeps it under its new name.
    let head: String

    /// `nil` for a file that has no whole line yet, or none at all.
    init?(_ path: String) throws {
      guard Stamp(path) != nil, let file = FileHandle(forReadingAtPath: path),
        let start = try file.read(upToCount: longestLine), let end = start.firstIndex(of: UInt8(ascii: "\n"))
      else { return nil }
      self.file = file
      head = String(decoding: start[..<end].prefix(500), as: UTF8.self)
    }

    /// The next whole lines from `offset` on, about a megabyte; empty at the end.
    func lines(from offset: Int64) throws -> Data {
      try file.seek(toOffset: UInt64(offset))
      var data = Data()
      while true {
        guard let next = try file.read(upToCount: chunk), !next.isEmpty else { return Data() }
        data += next
        // A line that is longer than a chunk needs another.
        if let end = data.lastIndex(of: UInt8(ascii: "\n")) { return data[...end] }
      }
    }

    func isShorter(than offset: Int64) throws -> Bool { try file.seekToEnd() < UInt64(offset) }
  }
}
