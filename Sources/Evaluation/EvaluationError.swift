/// Why a file of truth or results could not be used: where, what was expected, what was there.
public struct EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The kinds of failure a caller may treat differently.
  public enum Code: Hashable, Sendable {
    /// The content is not what the format asks for.
    case malformed
    /// There is no such file or folder.
    case missing
    /// The file is there but cannot be read.
    case unreadable
    /// Two inputs do not belong together, such as results for an image the truth does not have.
    case mismatched
    /// A result file cannot be written.
    case unwritable
  }

  /// The kind of failure.
  public let code: Code
  /// The file, as the caller named it.
  public let file: String
  /// The line, counted from 1, where one is known.
  public let line: Int?
  /// One sentence: what was expected and what was there.
  public let message: String

  /// A failure of kind `code` in `file`, at `line` (counted from 1) where that is known.
  public init(_ code: Code, file: String, line: Int? = nil, _ message: String) {
    self.code = code
    self.file = file
    self.line = line
    self.message = message
  }

  /// `FILE:LINE: message`.
  public var description: String {
    if let line { return "\(file):\(line): \(message)" }
    return "\(file): \(message)"
  }
}
