import Glibc

/// The folder of a local HLS playlist.
enum PlaylistFolder {
  /// Creates the folder of the playlist at `path` if necessary.
  ///
  /// - Parameter isWindow: whether the playlist has the last seconds only: then segments that it does not list, left
  ///   by an earlier run, are deleted. Files with other names are not touched.
  static func prepare(_ path: String, isWindow: Bool) throws(OutputError) {
    guard let slash = path.lastIndex(of: "/"), slash > path.startIndex else { return }
    let folder = String(path[..<slash])
    try OutputFolder.make(folder)
    guard isWindow, let directory = unsafe opendir(folder) else { return }
    defer { unsafe closedir(directory) }
    let stem = path[path.index(after: slash)...].dropLast(".m3u8".count)
    let named = Set(text(of: path).split(whereSeparator: \.isNewline).map(String.init))
    while let entry = unsafe readdir(directory) {
      let bytes = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { unsafe Array($0.prefix { $0 != 0 }) }
      let name = String(decoding: bytes, as: UTF8.self)
      if isSegment(name, of: stem), !named.contains(name) { unsafe unlinkat(dirfd(directory), name, 0) }
    }
  }

  /// Whether `name` is a segment of the playlist `stem.m3u8`: `stem`, a number and `.ts`.
  static func isSegment(_ name: String, of stem: some StringProtocol) -> Bool {
    guard name.hasPrefix(stem), name.hasSuffix(".ts") else { return false }
    let number = name.dropFirst(stem.count).dropLast(3)
    return !number.isEmpty && number.utf8.allSatisfy { (0x30...0x39).contains($0) }
  }

  /// Content of the playlist; playlists of a window are short.
  private static func text(of path: String) -> String {
    guard let file = unsafe fopen(path, "re") else { return "" }
    defer { unsafe fclose(file) }
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: 1 << 20) { buffer, count in
      count = unsafe fread(buffer.baseAddress, 1, 1 << 20, file)
    }
    return String(decoding: bytes, as: UTF8.self)
  }
}
