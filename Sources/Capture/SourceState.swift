package import FFmpeg

/// The state of a recovering source.
public enum SourceState: Hashable, Sendable {
  /// It is being opened.
  case connecting
  /// Frames arrive. Reported with the first frame of each connection, and when size, codec or rate change.
  case up(Facts)
  /// It failed and will be reopened in `retryIn` seconds, or never if that is infinite.
  case down(cause: Cause, message: String, retryIn: Double)

  /// Properties of the frames.
  public struct Facts: Hashable, Sendable {
    /// Width in pixels.
    public var width: Int
    /// Height in pixels.
    public var height: Int
    /// Name of the codec, such as `h264`; `nil` for uncompressed frames.
    public var codec: String?
    /// Frames per second, if the source states it.
    public var rate: Double?

    /// Facts from their parts.
    public init(width: Int, height: Int, codec: String?, rate: Double?) {
      self.width = width
      self.height = height
      self.codec = codec
      self.rate = rate
    }
  }

  /// Why a source is down; the raw value is used in metrics and events.
  public enum Cause: String, Hashable, Sendable, CaseIterable {
    /// The address does not answer, or the connection broke.
    case unreachable
    /// The server has no such stream, or the device is not plugged in.
    case missing
    /// Connected, but no frame arrived for too long.
    case stalled
    /// Credentials or permissions were rejected.
    case refused
    /// The device is in use by another program.
    case busy
    /// The stream ended.
    case ended
    /// The data cannot be decoded.
    case damaged
    /// The kind of stream is not supported.
    case unsupported
    /// Another failure, such as out of memory.
    case failed

    /// Whether retrying soon is pointless and could lock an account.
    var isLasting: Bool { self == .refused || self == .unsupported }
  }
}

extension SourceState.Cause {
  /// The cause of an error of opening or reading.
  init(_ code: CaptureError.Code) {
    self =
      switch code {
      case .notFound: .missing
      case .accessDenied: .refused
      case .unreachable, .inputOutput: .unreachable
      case .stalled: .stalled
      case .busy: .busy
      case .invalidMedia: .damaged
      case .unsupported, .invalidAddress: .unsupported
      case .interrupted, .internalError: .failed
      }
  }
}

extension SourceState.Cause {
  /// The cause of an error of sending to a receiver.
  package init(_ error: FFmpegError) {
    self =
      switch error.code {
      case .accessDenied: .refused
      case .timedOut: .stalled
      case .unsupported: .unsupported
      case .interrupted, .outOfMemory: .failed
      case .notFound: .missing
      case .unreachable, .invalidData, .noSpace, .inputOutput, .invalidArgument, .other: .unreachable
      }
  }
}
