/// Why the web server cannot work.
package struct WebError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  package enum Code: Hashable, Sendable {
    /// The token, the certificate or the key cannot be used.
    case configuration
    /// The address to listen on cannot be had.
    case cannotListen
    /// The system gives no thread.
    case system
  }

  /// What went wrong.
  package let code: Code
  /// What was tried, expected and got, in one sentence.
  package let description: String
  /// The error behind it, if there is one.
  package let cause: (any Error)?

  init(_ code: Code, _ description: String, cause: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.cause = cause
  }
}
