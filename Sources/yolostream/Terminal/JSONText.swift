import Foundation
import Scene

extension Encodable {
  /// The value as JSON with sorted keys, spelt by `keys`.
  func jsonText(keys: JSONEncoder.KeyEncodingStrategy = .useDefaultKeys) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = keys
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}

extension String {
  /// Pads the text with spaces to `width`: on the right, or on the left if `width` is negative.
  func padded(_ width: Int) -> String {
    let space = String(repeating: " ", count: max(0, abs(width) - count))
    return width < 0 ? space + self : self + space
  }
}
