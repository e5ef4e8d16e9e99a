import Glibc

/// Folders that results go to.
public enum OutputFolder {
  /// Makes the folder at `path` and those above it, unless they are there.
  public static func make(_ path: String) throws(OutputError) {
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

  /// Makes a folder for one run as the official script does: `PROJECT/NAME`, or if that is there `NAME2`, `NAME3` …
  ///
  /// - Parameter mayExist: use `PROJECT/NAME` even if it is there.
  public static func makeForRun(project: String, name: String, mayExist: Bool) throws(OutputError) -> String {
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
