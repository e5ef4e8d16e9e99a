import Settings
import Web

/// Why the service cannot start or cannot execute a request.
package struct ServiceError: Error, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  package enum Code: Hashable, Sendable {
    /// The configuration is wrong (exit code 78).
    case configuration
    /// The configuration's file cannot be read (exit code 66).
    case unreadable
    /// The address to listen on is not available (exit code 69).
    case cannotListen
    /// The system has no thread, socket or descriptor left (exit code 71).
    case system
  }

  /// What went wrong.
  package let code: Code
  /// What was tried, expected and got: one sentence, or for a configuration one line a problem. Holds no secrets.
  package let description: String
  /// The error behind it, if there is one.
  package let cause: (any Error)?

  /// A failure that reads `description`.
  package init(_ code: Code, _ description: String, cause: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.cause = cause
  }

  init(_ error: ConfigurationError) {
    let code: Code =
      switch error.code {
      case .invalid: .configuration
      case .unreadable: .unreadable
      case .exhausted: .system
      }
    self.init(code, error.description, cause: error)
  }

  init(_ error: WebError) {
    let code: Code =
      switch error.code {
      case .configuration: .configuration
      case .cannotListen: .cannotListen
      case .system: .system
      }
    self.init(code, error.description, cause: error)
  }
}
