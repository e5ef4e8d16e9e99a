import CFFmpeg
import Glibc

/// Reads a file descriptor, such as standard input, for libav. Unlike libav's pipe protocol it can be interrupted.
///
/// Used by one thread at a time.
@safe
final class PipeReader: @unchecked Sendable {
  /// The I/O context for a demuxer.
  let handle: UnsafeMutablePointer<AVIOContext>
  private let source: Source

  /// State of the callback; kept alive by the reader.
  private final class Source {
    let descriptor: Int32
    let isOwned: Bool
    let interrupt: InterruptFlag

    init(descriptor: Int32, isOwned: Bool, interrupt: InterruptFlag) {
      self.descriptor = descriptor
      self.isOwned = isOwned
      self.interrupt = interrupt
    }

    deinit { if isOwned { close(descriptor) } }

    func read(into buffer: UnsafeMutablePointer<UInt8>, capacity: Int) -> Int32 {
      while true {
        if interrupt.shouldStop { return yolostream_averror_exit() }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        let ready = unsafe poll(&waiting, 1, 100)
        if ready == 0 || (ready < 0 && errno == EINTR) { continue }
        guard ready > 0 else { return yolostream_averror(errno) }
        let count = unsafe Glibc.read(descriptor, buffer, capacity)
        if count > 0 { return Int32(clamping: count) }
        if count == 0 { return yolostream_averror_eof() }
        if errno != EINTR && errno != EAGAIN { return yolostream_averror(errno) }
      }
    }
  }

  /// Whether `path` is a named pipe or a socket.
  static func isPipe(_ path: String) -> Bool {
    var status = stat()
    return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFIFO
  }

  /// Reads the named pipe at `path`, also before a writer has opened it.
  convenience init(path: String, interrupt: InterruptFlag) throws(FFmpegError) {
    let descriptor = unsafe open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw FFmpegError(status: yolostream_averror(errno), tryingTo: "open \(path)") }
    try self.init(descriptor: descriptor, isOwned: true, interrupt: interrupt)
  }

  init(descriptor: Int32, isOwned: Bool = false, interrupt: InterruptFlag) throws(FFmpegError) {
    let source = Source(descriptor: descriptor, isOwned: isOwned, interrupt: interrupt)
    self.source = source
    let capacity: Int32 = 64 << 10
    let memory = unsafe av_malloc(Int(capacity))
    let context = unsafe avio_alloc_context(
      memory?.assumingMemoryBound(to: UInt8.self), capacity, 0, Unmanaged.passUnretained(source).toOpaque(),
      { opaque, buffer, capacity in
        guard let opaque = unsafe opaque, let buffer = unsafe buffer else { return yolostream_averror(EINVAL) }
        let source = unsafe Unmanaged<Source>.fromOpaque(opaque).takeUnretainedValue()
        return unsafe source.read(into: buffer, capacity: Int(capacity))
      }, nil, nil)
    unsafe handle = try unsafe FFmpegError.unwrap(context, "a pipe reader")
  }

  deinit {
    // libav may have replaced the buffer by a larger one.
    unsafe av_freep(&handle.pointee.buffer)
    var handle: UnsafeMutablePointer<AVIOContext>? = unsafe handle
    unsafe avio_context_free(&handle)
  }
}
