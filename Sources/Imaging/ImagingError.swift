/// Why an image could not be made, prepared or drawn.
public struct ImagingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kind of failure.
  public enum Code: Hashable, Sendable {
    /// A width or height is not in `1...PixelLayout.largestSide`.
    case badSize
    /// An image or a destination is not of the size or format that was agreed on.
    case mismatch
    /// The system has no memory left.
    case outOfMemory
  }

  /// Kind of failure.
  public let code: Code
  /// What was tried, what was expected and what was there instead.
  public let description: String

  /// An error of kind `code`, described by one sentence.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

extension PixelLayout {
  /// The longest side an image may have: what the codecs in use can carry, and far from any overflow.
  public static let largestSide = 32_768

  /// Fails unless both sides are in `1...largestSide`.
  func checkSize() throws(ImagingError) {
    let sides = 1...Self.largestSide
    guard sides.contains(width), sides.contains(height) else {
      throw ImagingError(
        .badSize, "an image of \(width)x\(height) was asked for; both sides must be in 1...\(Self.largestSide)")
    }
  }
}
