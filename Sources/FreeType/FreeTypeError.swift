/// An error of opening a font or rendering a glyph.
package struct FreeTypeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// FreeType's error number (`FT_Error`); 0 for an error of this package.
  package let status: Int32
  /// What was tried and what failed.
  package let description: String

  init(_ description: String, status: Int32 = 0) {
    self.status = status
    self.description = status == 0 ? description : "\(description) (FreeType error \(status))"
  }

  /// Converts a status of the library to an error.
  static func check(_ status: Int32, _ attempt: @autoclosure () -> String) throws(FreeTypeError) {
    if status != 0 { throw FreeTypeError(attempt(), status: status) }
  }
}
