import Synchronization

/// Browsers that have shown the token once, and may come back without it: each by a word of its own, which says nothing of
/// the token and is worth nothing after a restart.
final class Sessions: Sendable {
  /// Most of them; the oldest goes first.
  static let limit = 256

  private let words = Mutex<[String]>([])

  /// A word of 256 random bits.
  func begin() -> String {
    var random = SystemRandomNumberGenerator()
    let word = (0..<4).map { _ in
      let digits = String(random.next() as UInt64, radix: 16)
      return String(repeating: "0", count: 16 - digits.count) + digits
    }.joined()
    words.withLock { words in
      words.append(word)
      if words.count > Self.limit { words.removeFirst() }
    }
    return word
  }

  /// Whether `word` was given to a browser. Takes the same time wherever it differs.
  func isOpen(_ word: String) -> Bool {
    words.withLock { words in
      var isFound = false
      for known in words where AccessToken(known).matches(word) { isFound = true }
      return isFound
    }
  }
}
