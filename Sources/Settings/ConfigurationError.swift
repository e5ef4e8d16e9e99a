/// Why a configuration cannot be used.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  package enum Code: Hashable, Sendable {
    /// Something in it is wrong (exit code 78).
    case invalid
    /// The file cannot be read (exit code 66).
    case unreadable
    /// The system has no descriptor left to open it with (exit code 71).
    case exhausted
  }

  /// What went wrong.
  package let code: Code
  /// All problems, one line each with the line of the file, or one sentence. Holds no secrets.
  package let description: String
  /// The error of the system, if there is one.
  package let cause: (any Error)?

  package init(_ code: Code, _ description: String, cause: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.cause = cause
  }
}
