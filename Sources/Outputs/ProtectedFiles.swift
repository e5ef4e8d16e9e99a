import Foundation

/// Paths that no output may overwrite: inputs and other outputs of the run.
package struct ProtectedFiles: Sendable {
  private var paths: [String]
  private let folders: [String]

  /// Protects `paths` and everything in `folders`; they need not exist.
  package init(_ paths: [String] = [], folders: [String] = []) {
    self.paths = paths
    self.folders = folders
  }

  /// Reserves `path` for an output; throws `cannotCreate` if it is reserved already. Standard output (`-`) is treated
  /// like a file, because two logs would be mixed.
  package mutating func claim(_ path: String) throws(OutputError) {
    try check(path)
    paths.append(path)
  }

  /// Throws `cannotCreate` if results at `path` would get the names of the images in the same folder that are being
  /// read.
  package func check(folder path: String) throws(OutputError) {
    for other in folders where Self.isSame(path, other, kind: S_IFDIR) {
      throw OutputError(
        .cannotCreate,
        "cannot write images to \(path): it contains the images being read, which would be overwritten; "
          + "expected another folder")
    }
  }

  /// Reserves the address of a receiver.
  package mutating func claim(_ address: PushAddress) throws(OutputError) { try claim(address.text) }

  /// Throws `cannotCreate` if `path` is protected.
  func check(_ path: String) throws(OutputError) {
    for other in paths where Self.isSame(path, other) {
      throw OutputError(
        .cannotCreate, "cannot create \(path): it is being read already, or written by another option")
    }
  }

  /// Whether two paths are the same file of this kind. Devices such as `/dev/null` are never protected.
  private static func isSame(_ one: String, _ other: String, kind: mode_t = S_IFREG) -> Bool {
    var first = stat(), second = stat()
    guard unsafe stat(one, &first) == 0, unsafe stat(other, &second) == 0 else {
      return resolved(one) == resolved(other)
    }
    guard first.st_mode & S_IFMT == kind else { return one == other && one == "-" }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }

  /// `path` with the real path of its folder: `a`, `./a` and `/folder/a` are one file before it exists, too.
  private static func resolved(_ path: String) -> String {
    guard path != "-" else { return path }
    let url = URL(filePath: path)
    return url.deletingLastPathComponent().resolvingSymlinksInPath().path + "/" + url.lastPathComponent
  }
}
