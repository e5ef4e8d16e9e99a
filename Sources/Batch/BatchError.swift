import FFmpeg

/// A batch cannot start, or cannot go on.
package struct BatchError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  package enum Code: Hashable, Sendable {
    /// What was asked for makes no sense (exit code 64).
    case usage
    /// There is no such input (exit code 66).
    case notFound
    /// An output cannot be made where results are already (exit code 73).
    case cannotCreate
    /// Reading or writing failed (exit code 74).
    case inputOutput
    /// What is there cannot be used for this (exit code 65).
    case unsuitable
    /// An input is not whole, and that was not to be accepted (exit code 65).
    case damaged
  }

  /// What went wrong.
  package let code: Code
  /// One sentence: what was tried, expected and got.
  package let description: String

  /// An error with its sentence. What users name as an input may be an address with a password.
  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = Redaction.redact(description)
  }
}
