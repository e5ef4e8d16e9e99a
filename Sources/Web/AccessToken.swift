import Foundation

/// The word that callers must know.
struct AccessToken: Sendable {
  private let bytes: [UInt8]

  /// The token in the file at `path`: its first line, at least 16 characters. Fails with `configuration`.
  init(file path: String) throws(WebError) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw WebError(.configuration, "http.token_file: cannot read \(path)")
    }
    let line = text.split(separator: "\n", omittingEmptySubsequences: false)[0]
      .trimmingCharacters(in: .whitespaces)
    guard line.utf8.count >= 16, line.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x3B }) else {
      throw WebError(
        .configuration,
        "http.token_file: expected at least 16 letters, digits or signs on the first line of \(path)")
    }
    bytes = Array(line.utf8)
  }

  /// The token `word`.
  init(_ word: String) { bytes = Array(word.utf8) }

  /// Whether `word` is the token; takes the same time wherever they differ.
  func matches(_ word: some StringProtocol) -> Bool {
    let other = Array(word.utf8)
    var difference = UInt8(truncatingIfNeeded: other.count == bytes.count ? 0 : 1)
    for (index, byte) in bytes.enumerated() { difference |= byte ^ (index < other.count ? other[index] : 0) }
    return difference == 0
  }
}
