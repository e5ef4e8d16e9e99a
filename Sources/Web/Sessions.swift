import Synchronization

/// Sessions of browsers that have sent the token once. Each has a random key, which does not reveal the token and is invalid
/// after a restart.
final class Sessions: Sendable {
  /// Maximum number of sessions; the oldest is removed first.
  static let limit = 256

  private let words = Mutex<[(word: String, right: AccessRight)]>([])

  /// A key of 256 random bits, for a browser that has `right`.
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

  /// The right of the session with the key `word`; `nil` if there is none. Takes constant time.
  func right(of word: String) -> AccessRight? {
    words.withLock { words in
      var found: AccessRight?
      for known in words where AccessToken(known.word).matches(word) { found = known.right }
      return found
    }
  }
}
