internal import Foundation

/// Reads and writes whole files; errors contain the path.
enum TextFile {
  /// The bytes of the file at `path`, in UTF-8 if it starts with a byte order mark.
  static func read(_ path: String) throws(EvaluationError) -> [UInt8] {
    var isFolder: ObjCBool = false
    // The out-parameter is a local that outlives the call.
    guard unsafe FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw EvaluationError(.missing, file: path, "expected a file, there is none of this name")
    }
    if isFolder.boolValue { throw EvaluationError(.unreadable, file: path, "expected a file, this is a folder") }
    do {
      let bytes = [UInt8](try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe))
      // Windows editors start files with a byte order mark.
      if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { return Array(bytes.dropFirst(3)) }
      return utf16(bytes).map { Array($0.utf8) } ?? bytes
    } catch {
      throw EvaluationError(.unreadable, file: path, "cannot be read: \(error.localizedDescription)")
    }
  }

  /// The text of `bytes` if a mark states that they are UTF-16, as PowerShell writes it.
  private static func utf16(_ bytes: [UInt8]) -> String? {
    let isLittle = bytes.starts(with: [0xFF, 0xFE])
    guard isLittle || bytes.starts(with: [0xFE, 0xFF]) else { return nil }
    let units = stride(from: 2, to: bytes.count - 1, by: 2).map { index in
      let (first, second) = (UInt16(bytes[index]), UInt16(bytes[index + 1]))
      return isLittle ? second << 8 | first : first << 8 | second
    }
    return String(decoding: units, as: UTF16.self)
  }

  /// Replaces the file at `path` by `text`; if that fails, the old content is kept.
  static func write(_ text: String, to path: String) throws(EvaluationError) {
    do {
      try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
    } catch {
      throw EvaluationError(.unwritable, file: path, "cannot be written: \(error.localizedDescription)")
    }
  }

  /// The lines of `bytes` without their ends (`\n` or `\r\n`), including an unterminated last line.
  static func lines(of bytes: [UInt8]) -> [ArraySlice<UInt8>] {
    bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }
  }

  /// Throws `unwritable` if no file can be created at `path`, so that a long run does not fail at its end.
  static func expectWritable(_ path: String) throws(EvaluationError) {
    let folder = URL(filePath: path).deletingLastPathComponent().path
    guard FileManager.default.isWritableFile(atPath: folder) else {
      throw EvaluationError(.unwritable, file: path, "cannot be written: there is no folder \(folder) to write in")
    }
  }
}
