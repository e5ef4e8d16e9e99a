/// An error of creating, converting or drawing an image.
public struct ImagingError: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kinds of failures.
  public enum Code: Hashable, Sendable {
    /// A width or height is not in `1...PixelLayout.largestSide`.
    case badSize
    /// An image or a destination has another size or format than expected.
    case mismatch
    /// Out of memory.
    case outOfMemory
  }

  /// The kind of failure.
  public let code: Code
  /// One sentence: what was tried, expected and found.
  public let description: String

  /// An error with a sentence.
  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }
}

extension PixelLayout {
  /// The largest side of an image: the limit of common codecs, and far from any overflow.
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
