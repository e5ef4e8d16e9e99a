/// Why the store of events cannot be used.
package struct EventStoreError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  package enum Code: Hashable, Sendable {
    /// There is no such file (exit code 66).
    case missing
    /// The file is no store, or is damaged (exit code 65).
    case damaged
    /// The file system refused: rights, a full disk, a failed read (exit code 74).
    case inputOutput
    /// The query asks for something that cannot be (exit code 64).
    case invalidQuery
  }

  /// What went wrong.
  package let code: Code
  /// What was tried, expected and got, in one sentence.
  package let description: String
  /// The error behind it, if there is one.
  package let cause: (any Error)?

  package init(_ code: Code, _ description: String, cause: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.cause = cause
  }
}
