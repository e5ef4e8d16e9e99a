import OneDNN

/// An error of compiling or running a network.
public struct InferenceError: Error, CustomStringConvertible {
  /// Kinds of failures.
  public enum Code: Sendable {
    /// The weights do not fit the network.
    case weights
    /// The network does not accept this image size.
    case size
    /// A threshold of the detections is not within 0…1, or their limit is negative.
    case threshold
    /// The number of threads is out of range.
    case threads
    /// This machine or model does not support the precision.
    case precision
    /// Unknown instruction set in `YOLOSTREAM_MAX_ISA`.
    case instructions
    /// oneDNN failed.
    case engine
  }
  /// The kind of failure.
  public let code: Code
  /// One sentence: what was tried, what was expected, what was found.
  public let description: String
  /// The underlying error, if any.
  public let cause: (any Error)?

  /// An error with a sentence and its underlying error.
  package init(_ code: Code, _ description: String, cause: (any Error)? = nil) {
    self.code = code
    self.description = description
    self.cause = cause
  }

  init(_ cause: OneDNNError) { self.init(.engine, cause.description, cause: cause) }
}
