import FFmpeg

/// Why a model could not be fetched or kept.
package struct ModelStoreError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  package enum Code: Hashable, Sendable {
    /// Nobody answers, the answer broke off, or it took too long; what has come is kept, to go on from.
    case unreachable
    /// The server does not have the file.
    case notFound
    /// The server refuses the access.
    case accessDenied
    /// What came is not what was announced, no model, or not what was fetched before.
    case damaged
    /// The folder cannot be written to.
    case unwritable
    /// A file that is there cannot be read.
    case unreadable
  }

  /// What went wrong.
  package let code: Code
  /// One sentence: what was tried, expected and found.
  package let message: String

  init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  init(_ error: FFmpegError) {
    let code: Code =
      switch error.code {
      case .notFound: .notFound
      case .accessDenied: .accessDenied
      default: .unreachable
      }
    self.init(code, error.message)
  }

  /// The sentence.
  package var description: String { message }
}
