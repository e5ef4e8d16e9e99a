import Glibc

/// A folder held by its descriptor: its content is read and removed without following symbolic links, and the folder cannot
/// be replaced meanwhile.
@safe
struct OpenFolder: ~Copyable {
  private let descriptor: Int32

  /// The folder at `path`; `nil` if it cannot be opened.
  init?(path: String) {
    descriptor = unsafe open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    if descriptor < 0 { return nil }
  }

  /// The folder called `name` in `parent`; `nil` if it is none, or a link to one.
  init?(_ name: String, in parent: borrowing OpenFolder) {
    descriptor = unsafe openat(parent.descriptor, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
    if descriptor < 0 { return nil }
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// Names of all that is in it, in rising order.
  var names: [String] {
    // Closing the stream closes its descriptor.
    let copy = unsafe openat(descriptor, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard copy >= 0 else { return [] }
    guard let stream = unsafe fdopendir(copy) else {
      close(copy)
      return []
    }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      // Recordings have names in UTF-8.
      let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
        unsafe String(validating: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if let name, name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Bytes on the disk of the file called `name`; `nil` if it is no plain file.
  func byteCount(of name: String) -> Int64? {
    guard let status = status(of: name), status.st_mode & S_IFMT == S_IFREG else { return nil }
    return Int64(status.st_blocks) * 512
  }

  /// When something was last created in the folder called `name` or removed from it, in seconds since 1970.
  func changeTime(of name: String) -> Double? { status(of: name).map { Double($0.st_mtim.tv_sec) } }

  private func status(of name: String) -> stat? {
    var status = stat()
    return unsafe fstatat(descriptor, name, &status, AT_SYMLINK_NOFOLLOW) == 0 ? status : nil
  }

  /// Removes the file called `name`; returns whether it is gone.
  func remove(_ name: String) -> Bool { unsafe unlinkat(descriptor, name, 0) == 0 }

  /// Removes the folder called `name`, if it is empty.
  func removeEmptyFolder(_ name: String) { unsafe unlinkat(descriptor, name, AT_REMOVEDIR) }

  /// Bytes of the file system that programs may still write, and all there are.
  var space: (free: Int64, total: Int64)? {
    var status = statvfs()
    guard unsafe fstatvfs(descriptor, &status) == 0 else { return nil }
    return (Self.bytes(status.f_bavail, of: status.f_frsize), Self.bytes(status.f_blocks, of: status.f_frsize))
  }

  /// The bytes of `count` blocks. File systems without a limit, such as those of object stores, state more than fits.
  static func bytes(_ count: UInt, of size: UInt) -> Int64 {
    let (bytes, isTooMany) = count.multipliedReportingOverflow(by: size)
    return isTooMany ? .max : Int64(clamping: bytes)
  }
}
