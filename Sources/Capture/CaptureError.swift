public import FFmpeg

/// Why a source gives no frames.
public struct CaptureError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  public enum Code: Hashable, Sendable {
    /// The text is no address of a source.
    case invalidAddress
    /// The file, folder or device does not exist.
    case notFound
    /// The system or the server refuses the access.
    case accessDenied
    /// Somebody else uses the device.
    case busy
    /// Nobody answers at the address, or the connection broke.
    case unreachable
    /// The source is there but sent nothing for too long.
    case stalled
    /// The source was stopped.
    case interrupted
    /// What it holds is no image or video, or too damaged to show any.
    case invalidMedia
    /// Its format or codec, or this kind of source, is not known here.
    case unsupported
    /// Reading failed.
    case inputOutput
    /// No memory, or an error without a better name.
    case internalError
  }

  /// What went wrong.
  public let code: Code
  /// One sentence: what was tried, expected and got. Holds no credentials.
  public let message: String
  /// What libav said, where it was libav.
  public let cause: FFmpegError?

  /// An error `code` with the sentence `message`.
  public init(_ code: Code, _ message: String, cause: FFmpegError? = nil) {
    self.code = code
    self.message = Redaction.redact(message)
    self.cause = cause
  }

  /// The sentence.
  public var description: String { message }

  /// An error of libav while reading from `source`.
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
      // Arguments that make no sense come from a damaged header: the house's own are the same for every file.
      case .invalidArgument, .other: isLive ? .unreachable : .invalidMedia
      case .outOfMemory: isLive ? .unreachable : .internalError
      }
    // The sentences of libav's wrappers name what they were opening; those of a decoder do not.
    let message = cause.message.contains(source) ? cause.message : "\(source): \(cause.message)"
    self.init(code, message, cause: cause)
  }
}
