package import FFmpeg
import Glibc

/// An error of writing or sending results.
package struct OutputError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kinds of failures.
  package enum Code: Hashable, Sendable {
    /// The file or folder cannot be created (exit code 73).
    case cannotCreate
    /// Writing failed, such as on a full disk (exit code 74). What was written before is kept.
    case writeFailed
    /// A pipe had no reader until the host stopped waiting.
    case nobodyReads
    /// The reader of standard output closed it.
    case readerGone
  }

  /// The kind of failure.
  package let code: Code
  /// One sentence: what was tried, expected and found. Contains no credentials.
  package let description: String
  /// The error of libav, if it caused this one.
  package let cause: FFmpegError?

  /// A failure with its sentence.
  package init(_ code: Code, _ description: String, cause: FFmpegError? = nil) {
    self.code = code
    self.description = Redaction.redact(description)
    self.cause = cause
  }

  /// The error for `errno` of creating `path`.
  static func cannotCreate(_ path: String, errno code: Int32) -> OutputError {
    OutputError(.cannotCreate, "cannot create \(path): \(unsafe String(cString: strerror(code)))")
  }

  /// The error for a pipe without a reader.
  static func nobodyReads(_ path: String) -> OutputError {
    OutputError(.nobodyReads, "cannot write \(path): nobody reads it")
  }

  /// The error for `errno` of writing to `path`; `-` is standard output.
  package static func writeFailed(_ path: String, errno code: Int32) -> OutputError {
    OutputError(
      code == EPIPE && path == "-" ? .readerGone : .writeFailed,
      "cannot write \(path == "-" ? "standard output" : path): \(unsafe String(cString: strerror(code)))")
  }
}
