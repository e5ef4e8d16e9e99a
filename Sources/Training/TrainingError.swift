/// Why training could not go on.
public struct TrainingError: Error, CustomStringConvertible, Sendable {
  /// What kind of thing went wrong.
  public enum Code: Sendable, Hashable {
    /// The data set cannot be used at all (a single bad picture never is an error: it is counted and skipped).
    case unusableData
    /// A network cannot be trained as it is given.
    case unusableNetwork
    /// A checkpoint is missing, damaged or of another network.
    case unusableCheckpoint
    /// A file could not be written.
    case cannotWrite
    /// The loss stopped being a number.
    case diverged
    /// The compute library refused.
    case compute
  }

  /// What kind of thing went wrong.
  public let code: Code
  /// One sentence: what was tried, what was expected, what came.
  public let message: String
  /// The error underneath, if there is one.
  public let cause: (any Error)?

  /// An error of kind `code`, said in one sentence, with the error underneath.
  public init(_ code: Code, _ message: String, cause: (any Error)? = nil) {
    self.code = code
    self.message = message
    self.cause = cause
  }

  /// The sentence, followed by the cause.
  public var description: String { cause.map { "\(message): \($0)" } ?? message }
}
