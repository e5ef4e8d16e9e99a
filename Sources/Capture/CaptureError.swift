package import FFmpeg

/// An error of a source.
public struct CaptureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kinds of failures.
  public enum Code: Hashable, Sendable {
    /// The text is not the address of a source.
    case invalidAddress
    /// The file, folder or device does not exist.
    case notFound
    /// The system or the server denied access.
    case accessDenied
    /// The device is in use by another program.
    case busy
    /// The address does not answer, or the connection broke.
    case unreachable
    /// The source is connected but sent nothing for too long.
    case stalled
    /// The source was stopped.
    case interrupted
    /// The content is not an image or video, or too damaged to decode.
    case invalidMedia
    /// The format, codec or kind of source is not supported.
    case unsupported
    /// Reading failed.
    case inputOutput
    /// Out of memory, or another error.
    case internalError
  }

  /// The kind of failure.
  public let code: Code
  /// One sentence: what was tried, expected and found. Contains no credentials.
  public let message: String
  /// The error of libav, if it caused this one.
  package let cause: FFmpegError?

  /// An error with the sentence `message`.
  package init(_ code: Code, _ message: String, cause: FFmpegError? = nil) {
    self.code = code
    self.message = Redaction.redact(message)
    self.cause = cause
  }

  /// The sentence.
  public var description: String { message }

  /// The capture error for an error of libav while reading from `source`.
  init(_ cause: FFmpegError, reading source: String, isLive: Bool = false) {
    let code: Code =
      switch cause.code {
      case .notFound: .notFound
      case .accessDenied: .accessDenied
      case .unreachable: .unreachable
      case .timedOut: .stalled
      case .interrupted: .interrupted
      case .invalidData: isLive ? .unreachable : .invalidMedia
      case .unsupported: .unsupported
      case .noSpace, .inputOutput: isLive ? .unreachable : .inputOutput
      // Invalid arguments come from a damaged header: those of this package are the same for every file.
      case .invalidArgument, .other: isLive ? .unreachable : .invalidMedia
      case .outOfMemory: isLive ? .unreachable : .internalError
      }
    // Messages of the demuxer contain the name of the source; those of a decoder do not.
    let message = cause.message.contains(source) ? cause.message : "\(source): \(cause.message)"
    self.init(code, message, cause: cause)
  }
}
