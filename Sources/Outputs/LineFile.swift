import Glibc

/// A text file that grows by whole lines, each handed to the system at once: a kill leaves no torn line, and who follows
/// the file sees a frame when it is delivered.
struct LineFile: ~Copyable {
  /// Where it is; `-` is standard output.
  let path: String
  private let descriptor: Int32
  private let isOwned: Bool

  /// Makes the file at `path`, emptying what is there.
  init(path: String) throws(OutputError) {
    self.path = path
    isOwned = path != "-"
    descriptor = isOwned ? unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666) : STDOUT_FILENO
    guard descriptor >= 0 else { throw .cannotCreate(path, errno: errno) }
  }

  deinit { if isOwned, descriptor >= 0 { close(descriptor) } }

  /// Writes `text`, which is one or more whole lines.
  mutating func append(_ text: String) throws(OutputError) {
    var text = text
    let failure = text.withUTF8 { bytes -> Int32 in
      var done = 0
      while done < bytes.count, let start = bytes.baseAddress {
        let count = unsafe write(descriptor, start + done, bytes.count - done)
        if count >= 0 { done += count } else if errno != EINTR { return errno }
      }
      return 0
    }
    guard failure == 0 else { throw .writeFailed(path, errno: failure) }
  }
}
