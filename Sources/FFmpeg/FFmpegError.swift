import CFFmpeg
import Glibc

/// An error of libav.
package struct FFmpegError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kinds of failures.
  package enum Code: Hashable, Sendable {
    /// The file or the address does not exist.
    case notFound
    /// Access was denied (including HTTP 401 and 403).
    case accessDenied
    /// The address does not answer, or the connection broke.
    case unreachable
    /// No answer within the time limit.
    case timedOut
    /// `InterruptFlag.interrupt()` was called.
    case interrupted
    /// The data violate their format.
    case invalidData
    /// This libav has no support for the format, codec or protocol.
    case unsupported
    /// No space left on the device, or a quota was exceeded.
    case noSpace
    /// Reading or writing failed.
    case inputOutput
    /// Out of memory.
    case outOfMemory
    /// An option or a parameter that libav rejects.
    case invalidArgument
    /// Another error, with libav's number.
    case other(Int32)
  }

  /// The kind of failure.
  package let code: Code
  /// One sentence: what was tried, and libav's message. Contains no credentials.
  package let message: String

  /// An error with the sentence `message`; credentials in URLs are removed.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = Redaction.redact(message)
  }

  /// The sentence.
  package var description: String { message }

  /// The error for libav's `status` from trying to `action`.
  init(status: Int32, tryingTo action: String) {
    self.init(Code(status: status), "cannot \(action): \(Self.text(of: status))")
  }

  /// Throws if `status` is negative.
  @discardableResult
  static func check(_ status: Int32, _ action: @autoclosure () -> String) throws(FFmpegError) -> Int32 {
    guard status >= 0 else { throw FFmpegError(status: status, tryingTo: action()) }
    return status
  }

  /// Returns `pointer`, or throws `outOfMemory` if it is `nil`.
  static func unwrap<Pointee>(
    _ pointer: UnsafeMutablePointer<Pointee>?, _ thing: String
  ) throws(FFmpegError) -> UnsafeMutablePointer<Pointee> {
    guard let pointer = unsafe pointer else { throw FFmpegError(.outOfMemory, "cannot allocate \(thing): no memory") }
    return unsafe pointer
  }

  private static func text(of status: Int32) -> String {
    unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 128) { buffer in
      guard let base = buffer.baseAddress, unsafe av_strerror(status, base, buffer.count) >= 0 else {
        return "error \(status)"
      }
      return unsafe String(cString: base)
    }
  }
}

extension FFmpegError.Code {
  init(status: Int32) {
    self =
      switch status {
      case yolostream_averror(ENOENT), yolostream_averror_http_not_found(), yolostream_averror_stream_missing():
        .notFound
      case yolostream_averror(EACCES), yolostream_averror(EPERM), yolostream_averror_unauthorized(),
        yolostream_averror_forbidden(), yolostream_averror(EROFS):
        .accessDenied
      case yolostream_averror(ECONNREFUSED), yolostream_averror(EHOSTUNREACH), yolostream_averror(ENETUNREACH),
        yolostream_averror(ECONNRESET), yolostream_averror(EPIPE), yolostream_averror(ENOTCONN),
        yolostream_averror_http_server(), yolostream_averror_http_other(), yolostream_averror_bad_request():
        .unreachable
      case yolostream_averror(ETIMEDOUT): .timedOut
      case yolostream_averror_exit(): .interrupted
      // End of file where more was expected.
      case yolostream_averror_invalid_data(), yolostream_averror_eof(): .invalidData
      case yolostream_averror_decoder_missing(), yolostream_averror_encoder_missing(),
        yolostream_averror_demuxer_missing(), yolostream_averror_muxer_missing(),
        yolostream_averror_protocol_missing(), yolostream_averror(ENOSYS):
        .unsupported
      case yolostream_averror(ENOSPC), yolostream_averror(EDQUOT), yolostream_averror(EFBIG): .noSpace
      case yolostream_averror(EIO), yolostream_averror(EISDIR): .inputOutput
      case yolostream_averror(ENOMEM): .outOfMemory
      case yolostream_averror(EINVAL), yolostream_averror_option_missing(): .invalidArgument
      default: .other(status)
      }
  }
}
