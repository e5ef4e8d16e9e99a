public import FFmpeg
import Glibc

/// A result could not be delivered.
public struct OutputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  public enum Code: Hashable, Sendable {
    /// The file or folder cannot be made (exit code 73).
    case cannotCreate
    /// Writing failed on the way: the disk is full or broken (exit code 74). What was written stays.
    case writeFailed
    /// Nobody read a pipe until its host gave up.
    case nobodyReads
    /// Whoever read standard output went away.
    case readerGone
  }

  /// What went wrong.
  public let code: Code
  /// One sentence: what was tried, expected and got. Holds no credentials.
  public let description: String
  /// What libav said, where it was libav.
  public let cause: FFmpegError?

  /// A failure told in one sentence.
  public init(_ code: Code, _ description: String, cause: FFmpegError? = nil) {
    self.code = code
    self.description = Redaction.redact(description)
    self.cause = cause
  }

  /// The system refused to make `path`, for the reason in `errno`.
  static func cannotCreate(_ path: String, errno code: Int32) -> OutputError {
    OutputError(.cannotCreate, "cannot create \(path): \(unsafe String(cString: strerror(code)))")
  }

  /// Nobody reads `path`, which is a pipe.
  static func nobodyReads(_ path: String) -> OutputError {
    OutputError(.nobodyReads, "cannot write \(path): nobody reads it")
  }

  /// The system took no more for `path`, for the reason in `errno`.
  static func writeFailed(_ path: String, errno code: Int32) -> OutputError {
    OutputError(
      code == EPIPE && path == "-" ? .readerGone : .writeFailed,
      "cannot write \(path == "-" ? "standard output" : path): \(unsafe String(cString: strerror(code)))")
  }
}
