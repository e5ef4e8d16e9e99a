import Glibc

/// A text file that grows by whole lines, each handed to the system at once: a kill leaves no torn line, and who follows
/// the file sees a frame when it is delivered.
package struct LineFile: ~Copyable {
  /// Where it is; `-` is standard output.
  package let path: String
  private let descriptor: Int32
  private let isOwned: Bool

  /// A line is never longer: what lies further back is not looked at.
  private static let longestLine = 1 << 16

  /// Makes the file at `path`, emptying what is there unless lines are to be appended. Then a last line that a crash tore is
  /// dropped: the next one would end up in it. Nobody else may be writing to the file meanwhile.
  package init(path: String, appends: Bool = false) throws(OutputError) {
    self.path = path
    isOwned = path != "-"
    let habit = appends ? O_APPEND : O_TRUNC
    descriptor = isOwned ? unsafe open(path, O_WRONLY | O_CREAT | habit | O_CLOEXEC, 0o666) : STDOUT_FILENO
    guard descriptor >= 0 else { throw .cannotCreate(path, errno: errno) }
    if appends, isOwned { Self.dropTornLine(of: path, descriptor) }
  }

  deinit { if isOwned, descriptor >= 0 { close(descriptor) } }

  /// Writes `text`, which is one or more whole lines. What a full disk took of it is taken back where that can be done, so
  /// that no half line stands before those that come when there is room again.
  package mutating func append(_ text: String) throws(OutputError) {
    var text = text
    let failure = text.withUTF8 { bytes -> Int32 in
      var done = 0
      while done < bytes.count, let start = bytes.baseAddress {
        let count = unsafe write(descriptor, start + done, bytes.count - done)
        if count >= 0 { done += count } else if errno != EINTR { return takeBack(done, after: errno) }
      }
      return 0
    }
    guard failure == 0 else { throw .writeFailed(path, errno: failure) }
  }

  /// Cuts off what stands behind the last newline of a plain file.
  private static func dropTornLine(of path: String, _ descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return }
    let reading = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard reading >= 0 else { return }
    defer { close(reading) }
    let start = max(0, status.st_size - longestLine)
    var tail = [UInt8](repeating: 0, count: status.st_size - start)
    guard unsafe pread(reading, &tail, tail.count, start) == tail.count else { return }
    let newline = tail.lastIndex(of: UInt8(ascii: "\n"))
    // Whole as it is. Somebody else may be adding lines at this moment.
    if newline == tail.count - 1 { return }
    // What has no line at all, and is longer than any, is no log of ours.
    guard newline != nil || start == 0 else { return }
    ftruncate(descriptor, start + (newline.map { $0 + 1 } ?? 0))
  }

  private func takeBack(_ count: Int, after failure: Int32) -> Int32 {
    var status = stat()
    if count > 0, isOwned, unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG {
      ftruncate(descriptor, max(0, status.st_size - count))
      lseek(descriptor, 0, SEEK_END)
    }
    return failure
  }
}
