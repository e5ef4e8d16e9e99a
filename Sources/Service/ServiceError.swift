/// Why the service cannot start, or cannot do what it was asked.
public struct ServiceError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  public enum Code: Hashable, Sendable {
    /// The configuration does not say what to do (exit code 78).
    case configuration
    /// The configuration's file cannot be read (exit code 66).
    case unreadable
    /// The address to listen on cannot be had (exit code 69).
    case cannotListen
    /// The system gives no thread or socket (exit code 71).
    case system
  }

  /// What went wrong.
  public let code: Code
  /// What was tried, expected and got: one sentence, or for a configuration one line a problem. Holds no secrets.
  public let description: String

  /// A failure that reads `description`.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
