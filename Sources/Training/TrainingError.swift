/// An error of training.
public struct TrainingError: Error, CustomStringConvertible, Sendable {
  /// Kinds of failures.
  public enum Code: Sendable, Hashable {
    /// The data set cannot be used (a single unreadable image is counted and skipped instead).
    case unusableData
    /// The network cannot be trained with these settings.
    case unusableNetwork
    /// The checkpoint is missing, damaged or of another network.
    case unusableCheckpoint
    /// A file could not be written.
    case cannotWrite
    /// The loss became infinite or NaN.
    case diverged
    /// The compute library failed.
    case compute
  }

  /// The kind of failure.
  public let code: Code
  /// One sentence: what was tried, what was expected, what was found.
  public let message: String
  /// The underlying error, if any.
  public let cause: (any Error)?

  /// An error with a sentence and its underlying error.
  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The sentence, followed by the underlying error.
  public var description: String { cause.map { "\(message): \($0)" } ?? message }
}
