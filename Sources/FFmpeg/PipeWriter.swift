import CFFmpeg
import Glibc

/// Writes to a pipe, a socket or a terminal for libav. Unlike libav's own protocols it can give up when nobody reads.
///
/// Used by one thread at a time.
@safe
final class PipeWriter: @unchecked Sendable {
  /// The I/O context for a muxer.
  let handle: UnsafeMutablePointer<AVIOContext>
  private let target: Target

  /// State of the callback; kept alive by the writer.
  private final class Target {
    let descriptor: Int32
    let isOwned: Bool
    let isOver: @Sendable () -> Bool

    init(descriptor: Int32, isOwned: Bool, isOver: @escaping @Sendable () -> Bool) {
      self.descriptor = descriptor
      self.isOwned = isOwned
      self.isOver = isOver
    }

    deinit { if isOwned { close(descriptor) } }

    func write(_ bytes: UnsafeRawPointer, count: Int) -> Int32 {
      var done = 0
      while done < count {
        let isOver = isOver()
        var wanted = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        let ready = unsafe poll(&wanted, 1, isOver ? 0 : PipeWriter.tick)
        if ready == 0 && isOver { return yolostream_averror(ETIMEDOUT) }
        if ready < 0 && errno != EINTR { return yolostream_averror(errno) }
        guard ready > 0 else { continue }
        // A pipe that is ready accepts this much without blocking.
        let written = unsafe Glibc.write(descriptor, bytes + done, min(count - done, Int(PIPE_BUF)))
        if written >= 0 {
          done += written
        } else if errno != EINTR, errno != EAGAIN {
          return yolostream_averror(errno)
        }
      }
      return Int32(clamping: count)
    }
  }

  /// Interval of asking whether it is over, in milliseconds.
  private static let tick: Int32 = 100

  /// A writer to `path` (`-` is standard output); `nil` for anything but a pipe, a socket or a terminal. Waits for a reader of
  /// a named pipe until `isOver`.
  static func open(_ path: String, isOver: @escaping @Sendable () -> Bool) throws(FFmpegError) -> PipeWriter? {
    var status = stat()
    let found = unsafe path == "-" ? fstat(STDOUT_FILENO, &status) : stat(path, &status)
    guard found == 0, ![S_IFREG, S_IFDIR, S_IFBLK].contains(status.st_mode & S_IFMT) else { return nil }
    if path == "-" { return try PipeWriter(descriptor: STDOUT_FILENO, isOwned: false, isOver: isOver) }
    while true {
      // Without O_NONBLOCK opening would block until there is a reader.
      let descriptor = unsafe Glibc.open(path, O_WRONLY | O_NONBLOCK | O_CLOEXEC)
      if descriptor >= 0 { return try PipeWriter(descriptor: descriptor, isOwned: true, isOver: isOver) }
      guard errno == ENXIO, status.st_mode & S_IFMT == S_IFIFO else {
        throw FFmpegError(status: yolostream_averror(errno), tryingTo: "open \(path)")
      }
      guard !isOver() else { throw FFmpegError(.timedOut, "cannot write \(path): nobody reads it") }
      _ = poll(nil, 0, tick)
    }
  }

  private init(
    descriptor: Int32, isOwned: Bool, isOver: @escaping @Sendable () -> Bool
  ) throws(FFmpegError) {
    let target = Target(descriptor: descriptor, isOwned: isOwned, isOver: isOver)
    self.target = target
    let capacity: Int32 = 64 << 10
    let memory = unsafe av_malloc(Int(capacity))
    let context = unsafe avio_alloc_context(
      memory?.assumingMemoryBound(to: UInt8.self), capacity, 1, Unmanaged.passUnretained(target).toOpaque(), nil,
      { opaque, bytes, count in
        guard let opaque = unsafe opaque, let bytes = unsafe bytes else { return yolostream_averror(EINVAL) }
        let target = unsafe Unmanaged<Target>.fromOpaque(opaque).takeUnretainedValue()
        return unsafe target.write(bytes, count: Int(count))
      }, nil)
    unsafe handle = try unsafe FFmpegError.unwrap(context, "a pipe writer")
  }

  deinit {
    unsafe av_freep(&handle.pointee.buffer)
    var handle: UnsafeMutablePointer<AVIOContext>? = unsafe handle
    unsafe avio_context_free(&handle)
  }
}
