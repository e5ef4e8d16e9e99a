import Foundation

/// An error of a spool.
package struct SpoolError: Error, Sendable, CustomStringConvertible {
  /// One sentence: what was tried and what failed.
  package let description: String
  /// The underlying error, if any.
  package let cause: (any Error)?
  /// Whether the spool will never take this record, but others.
  package let isOfRecord: Bool

  init(_ description: String, cause: (any Error)? = nil, isOfRecord: Bool = false) {
    self.isOfRecord = isOfRecord
    self.description = description + (cause.map { ": \($0.localizedDescription)" } ?? "")
    self.cause = cause
  }
}
