@unsafe @preconcurrency import Glibc
import Outputs

/// Standard output as commands print to it. `print` ignores failures such as a full disk.
enum StandardOutput {
  /// Writes what is buffered; throws if something that was printed is lost.
  ///
  /// Not to be inlined: within an asynchronous function Swift 6.3.1 crashes over what this throws.
  @inline(never)
  static func flush() throws(OutputError) {
    let isFlushed = unsafe fflush(stdout) == 0
    let failure = errno
    let isWhole = unsafe ferror(stdout) == 0
    guard !(isFlushed && isWhole) else { return }
    // Of an earlier failure the cause is no longer known, but a pipe without a reader shows.
    var output = pollfd(fd: STDOUT_FILENO, events: 0, revents: 0)
    let isReaderGone = unsafe poll(&output, 1, 0) > 0 && output.revents & Int16(POLLERR) != 0
    throw .writeFailed("-", errno: isReaderGone ? EPIPE : isFlushed ? EIO : failure)
  }
}
