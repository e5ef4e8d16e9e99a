import GELAN
internal import Glibc

/// A regular file open for reading at any position.
///
/// Reads go through `pread`: unlike a mapping, a file that shrinks while it is read gives an error and not a signal.
final class FileBytes: Sendable {
  /// Size in bytes when the file was opened.
  let count: Int
  private let descriptor: Int32

  /// Opens the regular file at `path`; anything else that has a path (a pipe, a folder) is refused without blocking.
  init(path: String) throws(ModelError) {
    let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw ModelError(.unreadable, "cannot be opened: \(Self.reason(errno))")
    }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      close(descriptor)
      throw ModelError(.unreadable, "is not a regular file")
    }
    self.descriptor = descriptor
    count = Int(status.st_size)
  }

  deinit { close(descriptor) }

  /// Fills `buffer` from `offset`; an error if the file ends before.
  @unsafe
  func read(at offset: Int, into buffer: UnsafeMutableRawBufferPointer) throws(ModelError) {
    var done = 0
    while done < buffer.count {
      let (position, overflow) = offset.addingReportingOverflow(done)
      guard offset >= 0, !overflow else { throw ModelError(.damaged, "has data at an impossible offset \(offset)") }
      let got = unsafe pread(
        descriptor, buffer.baseAddress.map { unsafe $0 + done }, buffer.count - done, position)
      if got < 0 && errno == EINTR { continue }
      guard got >= 0 else { throw ModelError(.unreadable, "cannot be read: \(Self.reason(errno))") }
      guard got > 0 else {
        throw ModelError(.damaged, "ends at byte \(position), \(buffer.count - done) bytes too early")
      }
      done += got
    }
  }

  /// `count` bytes from `offset`; an error, before any memory is taken, if the file has not that many.
  func read(at offset: Int, count wanted: Int) throws(ModelError) -> [UInt8] {
    try require(offset: offset, count: wanted)
    var failure: ModelError?
    let bytes = unsafe [UInt8](unsafeUninitializedCapacity: wanted) { buffer, initialized in
      do throws(ModelError) {
        unsafe try read(
          at: offset, into: UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<wanted]))
        initialized = wanted
      } catch {
        failure = error
        initialized = 0
      }
    }
    if let failure { throw failure }
    return bytes
  }

  /// An error unless `count` bytes from `offset` lie inside the file.
  func require(offset: Int, count wanted: Int) throws(ModelError) {
    let (end, overflow) = offset.addingReportingOverflow(wanted)
    guard offset >= 0, wanted >= 0, !overflow, end <= count else {
      throw ModelError(.damaged, "is truncated: \(wanted) bytes at \(offset) are beyond its end at \(count)")
    }
  }

  /// The system's words for an error number.
  static func reason(_ number: Int32) -> String {
    unsafe strerror(number).map { unsafe String(cString: $0) } ?? "error \(number)"
  }
}
