import FFmpeg
import Foundation

/// SHA-256 of files.
package enum FileHash {
  /// Of the file at `path`.
  package static func sha256(_ path: String) throws(BatchError) -> String {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw BatchError(.inputOutput, "cannot read \(path)")
    }
    defer { try? file.close() }
    do {
      var hash = try SHA256()
      while let piece = try file.read(upToCount: 1 << 20), !piece.isEmpty { hash.update([UInt8](piece)) }
      return hash.digest()
    } catch { throw BatchError(.inputOutput, "cannot read \(path): \(error.localizedDescription)") }
  }

  /// Of one file, or of the list that `sha256sum` would print of several.
  static func sha256(_ paths: [String]) throws(BatchError) -> String {
    if paths.count == 1 { return try sha256(paths[0]) }
    var list = ""
    for path in paths { list += "\(try sha256(path))  \(path.split(separator: "/").last ?? "")\n" }
    do throws(FFmpegError) {
      var hash = try SHA256()
      hash.update([UInt8](list.utf8))
      return hash.digest()
    } catch { throw BatchError(.inputOutput, error.message) }
  }
}
