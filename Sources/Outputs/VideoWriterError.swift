public import FFmpeg

/// Why a video or a picture was not written.
public struct VideoWriterError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  public enum Code: Hashable, Sendable {
    /// The file cannot be made (exit code 73).
    case cannotCreate
    /// Writing failed on the way: the disk is full or broken (exit code 74). What was written stays.
    case writeFailed
  }

  /// What went wrong.
  public let code: Code
  /// One sentence: what was tried, expected and got.
  public let message: String
  /// What libav said, where it was libav.
  public let cause: FFmpegError?

  init(_ code: Code, _ message: String, cause: FFmpegError? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The sentence.
  public var description: String { message }
}
