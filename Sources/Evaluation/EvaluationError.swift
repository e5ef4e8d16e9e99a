/// An error in a file of labels or results: the place, what was expected, what was found.
package struct EvaluationError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kinds of failures.
  package enum Code: Hashable, Sendable {
    /// The content violates its format.
    case malformed
    /// The file or folder does not exist.
    case missing
    /// The file exists but cannot be read.
    case unreadable
    /// Two inputs do not match, such as results for an image that the data set lacks.
    case mismatched
    /// A result file cannot be written.
    case unwritable
  }

  /// The kind of failure.
  package let code: Code
  /// The file, as the caller named it.
  package let file: String
  /// The line, counted from 1, where one is known.
  package let line: Int?
  /// One sentence: what was expected and what was found.
  package let message: String

  /// A failure in `file`, at `line` (from 1) if known.
  package init(_ code: Code, file: String, line: Int? = nil, _ message: String) {
    self.code = code
    self.file = file
    self.line = line
    self.message = message
  }

  /// `FILE:LINE: message`.
  package var description: String {
    if let line { return "\(file):\(line): \(message)" }
    return "\(file): \(message)"
  }
}
