import Glibc

/// Files that no output may overwrite: what is being read, and what other outputs of the run write.
public struct ProtectedFiles: Sendable {
  private var paths: [String]
  private let folders: [String]

  /// Protects `paths`, and everything that lies in `folders`; they need not exist.
  public init(_ paths: [String] = [], folders: [String] = []) {
    self.paths = paths
    self.folders = folders
  }

  /// Takes `path` for an output and protects it from the others; throws `cannotCreate` if it is taken. Standard output
  /// (`-`) is a place like any other: two logs in it would be torn apart.
  public mutating func claim(_ path: String) throws(OutputError) {
    try check(path)
    paths.append(path)
  }

  /// Throws `cannotCreate` if the folder at `path`, where results are to be called as their pictures are, is the one those
  /// pictures lie in, by whatever name.
  public func check(folder path: String) throws(OutputError) {
    for other in folders where Self.isSame(path, other, kind: S_IFDIR) {
      throw OutputError(
        .cannotCreate,
        "cannot write pictures to \(path): those that are read lie there and would be overwritten; "
          + "expected another folder")
    }
  }

  /// Takes the receiver at `address`, too.
  public mutating func claim(_ address: PushAddress) throws(OutputError) { try claim(address.text) }

  /// Throws `cannotCreate` if `path` is protected.
  func check(_ path: String) throws(OutputError) {
    for other in paths where Self.isSame(path, other) {
      throw OutputError(
        .cannotCreate, "cannot create \(path): it is being read already, or written by another option")
    }
  }

  /// Whether two paths name one file of this kind. Devices such as `/dev/null` take everything.
  private static func isSame(_ one: String, _ other: String, kind: mode_t = S_IFREG) -> Bool {
    var first = stat(), second = stat()
    guard unsafe stat(one, &first) == 0, unsafe stat(other, &second) == 0 else { return one == other }
    guard first.st_mode & S_IFMT == kind else { return one == other && one == "-" }
    return first.st_dev == second.st_dev && first.st_ino == second.st_ino
  }
}
