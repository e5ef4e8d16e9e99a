package import FFmpeg

/// What a source that recovers is doing.
public enum SourceState: Hashable, Sendable {
  /// It is being opened.
  case connecting
  /// Frames arrive. Reported with the first of each connection, and again when size, codec or rate have changed.
  case up(Facts)
  /// It failed and will be opened again in `retryIn` seconds, or never if that is infinite.
  case down(cause: Cause, message: String, retryIn: Double)

  /// What the frames are like.
  public struct Facts: Hashable, Sendable {
    /// Columns.
    public var width: Int
    /// Rows.
    public var height: Int
    /// Name of the codec, such as `h264`; `nil` for what is not compressed.
    public var codec: String?
    /// Frames per second as the source says, if it does.
    public var rate: Double?

    /// Facts from their parts.
    public init(width: Int, height: Int, codec: String?, rate: Double?) {
      self.width = width
      self.height = height
      self.codec = codec
      self.rate = rate
    }
  }

  /// Why a source is down; the raw value is a label of metrics and events.
  public enum Cause: String, Hashable, Sendable, CaseIterable {
    /// Nobody answers, or the connection broke.
    case unreachable
    /// The server answers, but has no such stream; the device is not plugged in.
    case missing
    /// Connected, but no frame for too long.
    case stalled
    /// User, password or permissions are not accepted.
    case refused
    /// Somebody else uses the device.
    case busy
    /// The stream ended.
    case ended
    /// What comes makes no frames.
    case damaged
    /// This kind of stream is not known here.
    case unsupported
    /// Something else, such as no memory.
    case failed

    /// Whether trying again soon is pointless and may even lock an account.
    var isLasting: Bool { self == .refused || self == .unsupported }
  }
}

extension SourceState.Cause {
  /// The cause that an error of opening or reading stands for.
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
  /// The cause that a failure of sending to a receiver stands for.
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
