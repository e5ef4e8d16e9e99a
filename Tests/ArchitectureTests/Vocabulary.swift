import Foundation

/// Words that this project once used for common things, with the standard terms. Names, comments, messages and documents
/// use the standard terms.
struct Vocabulary {
  /// An old term as lower-case words, and its replacement.
  struct Term: Sendable {
    let words: [String]
    let instead: String

    init(_ text: String, _ instead: String) {
      words = text.split(separator: " ").map(String.init)
      self.instead = instead
    }
  }

  static let terms: [Term] = [
    Term("picture", "frame (of a video), image (a still)"), Term("whole number", "int8, integer"),
    Term("number for 0", "zero point"), Term("number for zero", "zero point"), Term("told", "reported, printed"),
    Term("looked at", "inferred, read"), Term("is away", "is offline"), Term("are away", "are offline"),
    Term("sound", "audio"), Term("anew", "again"), Term("begun", "started"), Term("wish", "requested"),
    Term("wished", "requested"), Term("whom", "that, which"), Term("is asked", "is called, is checked"),
    Term("are asked", "are requested"), Term("tells", "reports, returns"), Term("says", "states, reports, returns"),
    Term("news", "change, event"), Term("whoever", "the user, the caller"), Term("goodbye", "closes the connection"),
  ]

  /// Old terms in a text, with their lines (from 1).
  static func findings(in text: String) -> [(line: Int, term: Term)] {
    // A constant of FFmpeg.
    let words = words(of: text.replacing("AV_PICTURE_TYPE", with: "AV_TYPE"))
    var result: [(line: Int, term: Term)] = []
    for start in words.indices {
      for term in terms where start + term.words.count <= words.count {
        let isHere = term.words.indices.allSatisfy { offset in
          let word = words[start + offset].text
          return word == term.words[offset] || word == term.words[offset] + "s"
        }
        if isHere { result.append((words[start].line, term)) }
      }
    }
    return result
  }

  /// The words of `text` in lower case, also those within names such as `keyPictureGate` or `KEY_PICTURE`.
  private static func words(of text: String) -> [(text: String, line: Int)] {
    var result: [(text: String, line: Int)] = []
    var line = 1
    var word: [UInt8] = []
    var wasLower = false
    func finish() {
      if !word.isEmpty { result.append((String(decoding: word, as: UTF8.self), line)) }
      word = []
    }
    for byte in text.utf8 {
      let isUpper = (65...90).contains(byte)
      let isLower = (97...122).contains(byte) || (48...57).contains(byte)
      if isUpper && wasLower || !isUpper && !isLower { finish() }
      if byte == 10 { line += 1 }
      if isUpper || isLower { word.append(isUpper ? byte + 32 : byte) }
      wasLower = isLower
    }
    finish()
    return result
  }
}
