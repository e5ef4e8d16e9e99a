import CFFmpeg

// Owners of libav's contexts. Each frees one handle, so that initialisers around it can throw.

/// A codec, encoding or decoding.
@safe
struct CodecContext: ~Copyable {
  let pointer: UnsafeMutablePointer<AVCodecContext>

  init(_ codec: UnsafePointer<AVCodec>) throws(FFmpegError) {
    unsafe pointer = try unsafe FFmpegError.unwrap(avcodec_alloc_context3(codec), "a codec")
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVCodecContext>? = unsafe pointer
    unsafe avcodec_free_context(&pointer)
  }
}

/// An opened input with its callbacks. Used by one thread at a time; it is a class, not a noncopyable struct, because
/// the thread that opens it may be abandoned.
@safe
final class InputContext: @unchecked Sendable {
  let pointer: UnsafeMutablePointer<AVFormatContext>
  private let interrupt: InterruptFlag
  private let pipe: PipeReader?

  init(_ pointer: UnsafeMutablePointer<AVFormatContext>, interrupt: InterruptFlag, pipe: PipeReader?) {
    unsafe self.pointer = unsafe pointer
    self.interrupt = interrupt
    self.pipe = pipe
  }

  /// Records the arrivals of bytes while this is open.
  func recordArrivals() {
    interrupt.recordBytes { [unowned self] in unsafe pointer.pointee.pb?.pointee.pos ?? 0 }
  }

  deinit {
    var pointer: UnsafeMutablePointer<AVFormatContext>? = unsafe pointer
    interrupt.recordBytes(nil)
    // Closing a connection can block, too.
    interrupt.withDeadline(1) { unsafe avformat_close_input(&pointer) }
  }
}

/// An output and its file.
@safe
struct OutputContext: ~Copyable {
  let pointer: UnsafeMutablePointer<AVFormatContext>

  init(container: String, address: String? = nil) throws(FFmpegError) {
    var pointer: UnsafeMutablePointer<AVFormatContext>?
    try unsafe FFmpegError.check(
      avformat_alloc_output_context2(&pointer, nil, container, address), "write \(container)")
    unsafe self.pointer = try unsafe FFmpegError.unwrap(pointer, "a muxer")
  }

  /// Whether `pb` is a buffer in memory rather than a file.
  var isInMemory = false

  deinit {
    if isInMemory {
      var bytes: UnsafeMutablePointer<UInt8>?
      unsafe avio_close_dyn_buf(pointer.pointee.pb, &bytes)
      unsafe av_free(bytes)
    } else {
      unsafe avio_closep(&pointer.pointee.pb)
    }
    unsafe avformat_free_context(pointer)
  }
}
