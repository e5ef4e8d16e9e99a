import Glibc

/// Wakes a thread that waits in `poll` for a socket.
package final class WakePipe: Sendable {
  /// What `poll` waits for.
  let reading: Int32
  private let writing: Int32

  /// A pipe. Throws `connection` where the system gives none.
  package init() throws(MQTTError) {
    var ends: [Int32] = [-1, -1]
    guard unsafe pipe(&ends) == 0 else {
      throw MQTTError(.connection, "cannot make a pipe: \(unsafe String(cString: strerror(errno)))")
    }
    for end in ends {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    (reading, writing) = (ends[0], ends[1])
  }

  deinit {
    close(reading)
    close(writing)
  }

  /// Ends the wait under way, or the next one. Never blocks: a full pipe wakes as well as one byte.
  package func wake() {
    var byte: UInt8 = 1
    _ = unsafe write(writing, &byte, 1)
  }

  /// Waits at most `seconds` to be woken.
  package func wait(seconds: Double) {
    var polled = [pollfd(fd: reading, events: Int16(POLLIN), revents: 0)]
    _ = unsafe poll(&polled, 1, Int32(min(max(seconds, 0), 1e6) * 1e3))
    drain()
  }

  /// Forgets all calls of `wake` so far.
  func drain() {
    var bytes = [UInt8](repeating: 0, count: 64)
    while unsafe read(reading, &bytes, bytes.count) == bytes.count {}
  }
}
