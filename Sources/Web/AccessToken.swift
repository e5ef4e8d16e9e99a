import Foundation
import HTTPTypes

/// A token that callers must send.
struct AccessToken: Sendable {
  private let bytes: [UInt8]

  /// The token in the file at `path`: its first line, at least 16 characters. Fails with `configuration`; `key` names the setting.
  init(file path: String, key: String = "http.token_file") throws(WebError) {
    guard let text = try? String(contentsOfFile: path, encoding: .utf8) else {
      throw WebError(.configuration, "\(key): cannot read \(path)")
    }
    let line = text.split(separator: "\n", omittingEmptySubsequences: false)[0]
      .trimmingCharacters(in: .whitespaces)
    guard line.utf8.count >= 16, line.utf8.allSatisfy({ (0x21...0x7E).contains($0) && $0 != 0x3B }) else {
      throw WebError(
        .configuration,
        "\(key): expected at least 16 letters, digits or signs on the first line of \(path)")
    }
    bytes = Array(line.utf8)
  }

  /// The token with the text `word`.
  init(_ word: String) { bytes = Array(word.utf8) }

  /// Whether `word` is the token; takes the same time wherever they differ.
  func matches(_ word: some StringProtocol) -> Bool {
    let other = Array(word.utf8)
    var difference = UInt8(truncatingIfNeeded: other.count == bytes.count ? 0 : 1)
    for (index, byte) in bytes.enumerated() { difference |= byte ^ (index < other.count ? other[index] : 0) }
    return difference == 0
  }
}

/// What a caller may do.
enum AccessRight: Hashable, Sendable {
  /// Read everything.
  case reading
  /// Read and change.
  case writing

  /// Whether it includes `method`: GET and HEAD change nothing, others do.
  func covers(_ method: HTTPRequest.Method) -> Bool { self == .writing || method == .get || method == .head }
}

/// The tokens of a server: one for all callers, and optionally a second one for changes.
struct AccessTokens: Sendable {
  private let first: AccessToken
  private let second: AccessToken?

  init(_ first: AccessToken, writing second: AccessToken? = nil) {
    self.first = first
    self.second = second
  }

  /// The right of a caller that sends `word`; `nil` if it is wrong.
  func right(of word: some StringProtocol) -> AccessRight? {
    if let second, second.matches(word) { return .writing }
    guard first.matches(word) else { return nil }
    return second == nil ? .writing : .reading
  }
}
