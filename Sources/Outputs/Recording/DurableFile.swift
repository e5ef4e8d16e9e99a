import Glibc

/// Writes files that survive a power failure.
package enum DurableFile {
  /// Creates the file at `path` with `bytes`, completely or not at all.
  package static func write(_ bytes: [UInt8], to path: String) throws(OutputError) {
    try write(bytes, to: path, O_EXCL)
  }

  private static func write(_ bytes: [UInt8], to path: String, _ habit: Int32) throws(OutputError) {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | habit | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .cannotCreate(path, errno: errno) }
    var failure: Int32 = 0
    unsafe bytes.withUnsafeBytes { bytes in
      var done = 0
      while failure == 0, done < bytes.count, let start = bytes.baseAddress {
        let count = unsafe Glibc.write(descriptor, start + done, bytes.count - done)
        if count >= 0 { done += count } else if errno != EINTR { failure = errno }
      }
    }
    if failure == 0, fsync(descriptor) != 0 { failure = errno }
    if close(descriptor) != 0, failure == 0 { failure = errno }
    guard failure == 0 else {
      unsafe unlink(path)
      throw .writeFailed(path, errno: failure)
    }
    try syncFolder(of: path)
  }

  /// Replaces the file at `path` by `bytes` atomically: readers see the old or the new content.
  package static func replace(_ path: String, with bytes: [UInt8]) throws(OutputError) {
    let fresh = path + ".new"
    // A temporary file left by a crash is overwritten.
    try write(bytes, to: fresh, O_TRUNC)
    guard unsafe rename(fresh, path) == 0 else { throw .writeFailed(path, errno: errno) }
    try syncFolder(of: path)
  }

  /// Syncs the file at `path` and its name to the disk.
  package static func sync(_ path: String) throws(OutputError) {
    try sync(path, O_RDONLY)
    try syncFolder(of: path)
  }

  private static func syncFolder(of path: String) throws(OutputError) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    try sync(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY)
  }

  private static func sync(_ path: String, _ flags: Int32) throws(OutputError) {
    let descriptor = unsafe open(path, flags | O_CLOEXEC)
    guard descriptor >= 0 else { throw .writeFailed(path, errno: errno) }
    let failure = fsync(descriptor) == 0 ? 0 : errno
    close(descriptor)
    // Some file systems do not support it.
    guard failure == 0 || failure == EINVAL else { throw .writeFailed(path, errno: failure) }
  }
}
