/// Which version this is.
package enum ProgramVersion {
  /// Of the program and of the service it runs.
  package static let current = "0.1.0"
}
