/// Why a font could not be read or a glyph not be made.
public struct FreeTypeError: Error, Hashable, Sendable, CustomStringConvertible {
  /// The library's number for the failure (`FT_Error`), 0 where the failure was found here.
  public let status: Int32
  /// What was tried and what came of it.
  public let description: String

  init(_ description: String, status: Int32 = 0) {
    self.status = status
    self.description = status == 0 ? description : "\(description) (FreeType error \(status))"
  }

  /// Turns a status of the library into an error.
  static func check(_ status: Int32, _ attempt: @autoclosure () -> String) throws(FreeTypeError) {
    if status != 0 { throw FreeTypeError(attempt(), status: status) }
  }
}
