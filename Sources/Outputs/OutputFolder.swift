import Glibc

/// Creates output folders.
package enum OutputFolder {
  /// Creates the folder at `path` and its parents, if they do not exist.
  package static func make(_ path: String) throws(OutputError) {
    var status = stat()
    if unsafe stat(path, &status) == 0 {
      guard status.st_mode & S_IFMT == S_IFDIR else {
        throw OutputError(.cannotCreate, "cannot create the folder \(path): a file is in its place")
      }
      return
    }
    let parts = path.split(separator: "/")
    if parts.count > 1 {
      try make((path.hasPrefix("/") ? "/" : "") + parts.dropLast().joined(separator: "/"))
    }
    guard unsafe mkdir(path, 0o777) == 0 || errno == EEXIST else { throw .cannotCreate(path, errno: errno) }
  }

  /// Creates a folder for one run as the official script does: `PROJECT/NAME`, or `NAME2`, `NAME3` … if it exists.
  ///
  /// - Parameter mayExist: use `PROJECT/NAME` even if it exists.
  package static func makeForRun(project: String, name: String, mayExist: Bool) throws(OutputError) -> String {
    try make(project)
    let base = project + "/" + name
    if mayExist {
      try make(base)
      return base
    }
    for number in 1...9999 {
      let path = number == 1 ? base : base + String(number)
      if unsafe mkdir(path, 0o777) == 0 { return path }
      guard errno == EEXIST else { throw .cannotCreate(path, errno: errno) }
    }
    throw OutputError(.cannotCreate, "cannot create a folder for the run: \(base) to \(base)9999 are all there")
  }
}
