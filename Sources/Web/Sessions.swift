import Synchronization

/// Browsers that have shown the token once, and may come back without it: each by a word of its own, which says nothing of
/// the token and is worth nothing after a restart.
final class Sessions: Sendable {
  /// Most of them; the oldest goes first.
  static let limit = 256

  private let words = Mutex<[(word: String, right: AccessRight)]>([])

  /// A word of 256 random bits, for a browser that has `right`.
  func begin(_ right: AccessRight) -> String {
    var random = SystemRandomNumberGenerator()
    let word = (0..<4).map { _ in
      let digits = String(random.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
    words.withLock { words in
      words.append((word, right))
      if words.count > Self.limit { words.removeFirst() }
    }
    return word
  }

  /// What the browser that was given `word` may do; `nil` for a word that was given to none. Takes the same time wherever it
  /// differs.
  func right(of word: String) -> AccessRight? {
    words.withLock { words in
      var found: AccessRight?
      for known in words where AccessToken(known.word).matches(word) { found = known.right }
      return found
    }
  }
}
