/// An error of a network or a file of weights.
public struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kinds of failures.
  public enum Code: Hashable, Sendable {
    /// The file cannot be opened or read.
    case unreadable
    /// The bytes violate their format: truncated, overlapping, out of bounds.
    case damaged
    /// The file contains instructions, such as a call, instead of data.
    case refused
    /// A variant of a known format that is not supported.
    case unsupported
    /// The file is valid but holds another network.
    case mismatch
    /// A weight is infinite or NaN.
    case notFinite
    /// The file cannot be written.
    case unwritable
  }

  /// The kind of failure.
  public let code: Code
  /// One sentence: what was tried, what was expected and what was found.
  public let message: String

  /// A failure with its sentence. Names from a file can contain anything, so control characters are replaced by `?`:
  /// the sentence stays one line.
  package init(_ code: Code, _ message: String) {
    self.code = code
    self.message = String(
      String.UnicodeScalarView(message.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }

  /// The same failure, with the path of the file in front.
  public func about(_ path: String) -> ModelError { ModelError(code, "\(path): \(message)") }

  /// The sentence.
  public var description: String { message }
}
