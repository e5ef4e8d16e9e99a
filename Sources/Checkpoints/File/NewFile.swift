import GELAN
internal import Glibc

/// A file in the making: written beside its destination, and put in its place when whole.
struct NewFile: ~Copyable {
  private let path: String
  private let temporary: String
  private var descriptor: Int32
  private var isCommitted = false

  /// Starts a file that will stand at `path`.
  init(path: String) throws(ModelError) {
    self.path = path
    temporary = "\(path).\(getpid()).part"
    // A device or pipe that stands there would be replaced by a file.
    var standing = stat()
    let isReplaceable = unsafe stat(path, &standing) != 0 || standing.st_mode & S_IFMT == S_IFREG
    descriptor =
      isReplaceable ? unsafe open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0o644) : -1
    guard isReplaceable else { throw ModelError(.unwritable, "\(path): cannot be written: it is no regular file") }
    guard descriptor >= 0 else {
      throw ModelError(.unwritable, "\(path): cannot be written: \(FileBytes.reason(errno))")
    }
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
    if !isCommitted { _ = unsafe unlink(temporary) }
  }

  /// Adds `bytes` at the end.
  mutating func append(_ bytes: [UInt8]) throws(ModelError) {
    var done = 0
    while done < bytes.count {
      let wrote = unsafe bytes.withUnsafeBytes {
        unsafe write(descriptor, $0.baseAddress.map { unsafe $0 + done }, $0.count - done)
      }
      if wrote < 0 && errno == EINTR { continue }
      guard wrote > 0 else { throw failure() }
      done += wrote
    }
  }

  /// Puts the file in its place, safely on the disk.
  mutating func commit() throws(ModelError) {
    guard fsync(descriptor) == 0 else { throw failure() }
    let closing = descriptor
    descriptor = -1
    guard close(closing) == 0 else { throw failure() }
    guard unsafe rename(temporary, path) == 0 else { throw failure() }
    isCommitted = true
  }

  private func failure() -> ModelError {
    ModelError(.unwritable, "\(path): cannot be written: \(FileBytes.reason(errno))")
  }
}
