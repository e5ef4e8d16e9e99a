/// An error of training.
package struct TrainingError: Error, CustomStringConvertible, Sendable {
  /// Kinds of failures.
  package enum Code: Sendable, Hashable {
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
  package let code: Code
  /// One sentence: what was tried, what was expected, what was found.
  package let message: String
  /// The underlying error, if any.
  package let cause: (any Error)?

  /// An error with a sentence and its underlying error.
  package init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The sentence, followed by the underlying error.
  package var description: String { cause.map { "\(message): \($0)" } ?? message }
}
