import OneDNN

/// A network could not be compiled or run.
public struct InferenceError: Error, CustomStringConvertible {
  /// Why.
  public enum Code: Sendable {
    /// The weights do not fit the network.
    case weights
    /// The picture size is not one the network takes.
    case size
    /// So many threads cannot work together.
    case threads
    /// The machine cannot run this precision.
    case precision
    /// No such level of instructions.
    case instructions
    /// oneDNN refused.
    case engine
  }
  /// Why.
  public let code: Code
  /// One sentence: what was tried, what was expected, what came.
  public let description: String
  /// What lies beneath.
  public let cause: (any Error)?

  /// An error that reads `description`.
  public init(_ code: Code, _ description: String, cause: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.cause = cause
  }

  init(_ cause: OneDNNError) { self.init(.engine, cause.description, cause: cause) }
}
