import Foundation

/// Why a spool cannot be used.
package struct SpoolError: Error, Sendable, CustomStringConvertible {
  /// What was tried and what came of it.
  package let description: String
  /// The error of the system, if there is one.
  package let cause: (any Error)?

  init(_ description: String, cause: (any Error)? = nil) {
    self.description = description + (cause.map { ": \($0.localizedDescription)" } ?? "")
    self.cause = cause
  }
}
