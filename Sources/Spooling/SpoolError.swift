import Foundation

/// An error of a spool.
package struct SpoolError: Error, Sendable, CustomStringConvertible {
  /// One sentence: what was tried and what failed.
  package let description: String
  /// The underlying error, if any.
  package let cause: (any Error)?

  init(_ description: String, cause: (any Error)? = nil) {
    self.description = description + (cause.map { ": \($0.localizedDescription)" } ?? "")
    self.cause = cause
  }
}
