/// Why a network, or a file of weights, cannot be used.
public struct ModelError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What kind of failure it is.
  public enum Code: Hashable, Sendable {
    /// The file cannot be opened or read.
    case unreadable
    /// The bytes do not follow their own format: truncated, overlapping, out of bounds.
    case damaged
    /// The file asks for something that is not data, such as a call.
    case refused
    /// The format is known but this variant of it is not read.
    case unsupported
    /// The file is sound but does not hold the network it should.
    case mismatch
    /// A weight is infinite or not a number.
    case notFinite
    /// The file cannot be written.
    case unwritable
  }

  /// What kind of failure it is.
  public let code: Code
  /// One sentence: what was tried, what was expected and what was there.
  public let message: String

  /// A failure of kind `code`, told in one sentence.
  ///
  /// Names that stand in a file may hold anything; control characters become `?`, so that the sentence is one line.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = String(
      String.UnicodeScalarView(message.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }))
  }

  /// The same failure, said of the file at `path`.
  public func about(_ path: String) -> ModelError { ModelError(code, "\(path): \(message)") }

  /// One sentence: what was tried, expected and found.
  public var description: String { message }
}
