/// A result could not be delivered.
public struct OutputError: Error, CustomStringConvertible, Sendable {
  /// Why.
  public enum Code: Sendable {
    /// The file cannot be made.
    case cannotCreate
    /// The file cannot be written any further; what it holds stays.
    case writeFailed
  }
  /// Why.
  public let code: Code
  /// One sentence: what was tried and what came.
  public let description: String

  /// A failure told in one sentence.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}
