import Foundation

/// A text file to which whole lines are appended. Each is written to the system at once, so killing the program
/// leaves no partial line, and readers that follow the file see lines immediately.
///
/// Waits for a pipe without a reader until `writeDeadline` ends.
package struct LineFile: ~Copyable {
  /// Path; `-` is standard output.
  package let path: String
  /// Whether the file is empty.
  package let isEmpty: Bool
  private let descriptor: Int32
  private let isOwned: Bool
  private let isRegular: Bool
  private let writeDeadline: WriteDeadline

  /// Longest line: a torn line is only searched this far back.
  private static let longestLine = 1 << 16
  /// Interval of checking `writeDeadline`, in milliseconds.
  private static let tick: Int32 = 100

  /// Opens the file of a sink.
  init(path: String, _ context: SinkContext) throws(OutputError) {
    try self.init(path: path, appends: context.appends, writeDeadline: context.writeDeadline)
  }

  /// Creates the file at `path`; truncates it unless lines are to be appended. Then a partial last line, left by a
  /// crash, is dropped, so that the next line does not continue it. No other process may write to the file meanwhile.
  package init(
    path: String, appends: Bool = false, writeDeadline: WriteDeadline = WriteDeadline()
  ) throws(OutputError) {
    self.path = path
    self.writeDeadline = writeDeadline
    isOwned = path != "-"
    let habit = appends ? O_APPEND : O_TRUNC
    descriptor = isOwned ? try Self.open(path, habit, writeDeadline) : STDOUT_FILENO
    var status = stat()
    isRegular = unsafe fstat(descriptor, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
    if appends, isOwned, isRegular { Self.dropTornLine(of: path, descriptor) }
    isEmpty = !isRegular || lseek(descriptor, 0, SEEK_END) == 0
  }

  /// Throws if lines cannot be appended to `path`; a pipe without a reader is accepted.
  package static func checkWritable(_ path: String) throws(OutputError) {
    guard path != "-" else { return }
    let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_NONBLOCK | O_APPEND | O_CLOEXEC, 0o666)
    let problem = errno
    if descriptor >= 0 {
      close(descriptor)
    } else if problem != ENXIO || isSocket(path) {
      throw .cannotCreate(path, errno: problem)
    }
  }

  deinit { if isOwned, descriptor >= 0 { close(descriptor) } }

  /// Whether `path` is a socket: opening it fails with the same error as a pipe without a reader.
  private static func isSocket(_ path: String) -> Bool {
    (try? FileManager.default.attributesOfItem(atPath: path)[.type] as? FileAttributeType) == .typeSocket
  }

  /// Opens `path`; waits for a reader of a named pipe.
  private static func open(_ path: String, _ habit: Int32, _ writeDeadline: WriteDeadline) throws(OutputError) -> Int32
  {
    while true {
      // Without O_NONBLOCK opening a named pipe would block until it has a reader.
      let descriptor = unsafe Glibc.open(path, O_WRONLY | O_CREAT | O_NONBLOCK | habit | O_CLOEXEC, 0o666)
      if descriptor >= 0 { return descriptor }
      let problem = errno
      guard problem == ENXIO, !isSocket(path) else { throw .cannotCreate(path, errno: problem) }
      guard !writeDeadline.isOver(at: now) else { throw .nobodyReads(path) }
      _ = poll(nil, 0, tick)
    }
  }

  /// Appends `text`, one or more whole lines. If a full disk accepts only part of it, that part is removed if
  /// possible, so that no partial line precedes later ones.
  package mutating func append(_ text: String) throws(OutputError) {
    var text = text
    var isGivenUp = false
    let failure = text.withUTF8 { bytes -> Int32 in
      var done = 0
      while done < bytes.count, let start = bytes.baseAddress {
        var count = bytes.count - done
        if !isRegular {
          guard waitForReader() else {
            isGivenUp = true
            return 0
          }
          // A pipe that is ready accepts this much without blocking.
          count = min(count, Int(PIPE_BUF))
        }
        let written = unsafe write(descriptor, start + done, count)
        if written >= 0 {
          done += written
        } else if errno != EINTR, errno != EAGAIN {
          return takeBack(done, after: errno)
        }
      }
      return 0
    }
    if isGivenUp { throw .nobodyReads(path) }
    guard failure == 0 else { throw .writeFailed(path, errno: failure) }
  }

  /// Waits until a pipe, socket or terminal is writable; returns `false` when `writeDeadline` ends.
  private func waitForReader() -> Bool {
    while true {
      let isOver = writeDeadline.isOver(at: Self.now)
      var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
      // Errors and closed readers are reported by `write`.
      if unsafe poll(&wanted, 1, isOver ? 0 : Self.tick) != 0 { return true }
      if isOver { return false }
    }
  }

  /// Monotonic nanoseconds.
  private static var now: UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Truncates a regular file behind its last newline.
  private static func dropTornLine(of path: String, _ descriptor: Int32) {
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_size > 0 else { return }
    let reading = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC)
    guard reading >= 0 else { return }
    defer { close(reading) }
    let start = max(0, status.st_size - longestLine)
    var tail = [UInt8](repeating: 0, count: status.st_size - start)
    guard unsafe pread(reading, &tail, tail.count, start) == tail.count else { return }
    let newline = tail.lastIndex(of: UInt8(ascii: "\n"))
    // Complete. Another process may be appending at this moment.
    if newline == tail.count - 1 { return }
    // A file with a longer line than any log's is not a log: it is left alone.
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
