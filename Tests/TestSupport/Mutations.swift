import Foundation

/// Numbers that look random and are the same in every run (splitmix64).
public struct SeededNumbers: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// The stream of `seed`.
  public init(seed: Int) { state = UInt64(bitPattern: Int64(seed)) &* 0xD134_2543_DE82_EF95 }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// A number of 0 up to, not including, `bound`.
  public mutating func below(_ bound: Int) -> Int { Int(next() % UInt64(max(bound, 1))) }
}

/// Files bent at random, each by its number.
public enum Mutations {
  /// How many files a test bends: `YOLOSTREAM_MUTATIONS`, or `usual` where it is not set. Videos are dearer and take a
  /// tenth of it.
  public static func count(usual: Int, share: Int = 1) -> Int {
    ProcessInfo.processInfo.environment["YOLOSTREAM_MUTATIONS"].flatMap { Int($0) }.map { max($0 / share, 1) } ?? usual
  }

  /// Calls `body` with bent copies of the texts in `corpus`, one for each seed: `usual` of them, or `YOLOSTREAM_MUTATIONS`.
  ///
  /// The same seed gives the same bytes; `YOLOSTREAM_SEED` runs that one alone. In a long run the bytes under way are in the
  /// file `yolostream-fuzz-NAME` of the temporary folder, where a crash leaves them.
  public static func each(
    of corpus: [String], name: String, usual: Int, _ body: (_ seed: Int, _ bytes: [UInt8]) throws -> Void
  ) throws {
    let variables = ProcessInfo.processInfo.environment
    let single = variables["YOLOSTREAM_SEED"].flatMap { Int($0) }
    let file = FileManager.default.temporaryDirectory.appending(path: "yolostream-fuzz-\(name)")
    let isLong = variables["YOLOSTREAM_MUTATIONS"] != nil || single != nil
    for seed in single.map({ $0...$0 }) ?? 0...count(usual: usual) {
      var numbers = SeededNumbers(seed: seed)
      var bytes = Array(corpus[numbers.below(corpus.count)].utf8)
      // The first of all are the texts as they are.
      if seed >= corpus.count { bend(&bytes, head: bytes.count, &numbers) } else { bytes = Array(corpus[seed].utf8) }
      if numbers.below(8) == 0 { splice(&bytes, corpus[numbers.below(corpus.count)], &numbers) }
      if isLong { try Data(bytes).write(to: file) }
      try body(seed, bytes)
    }
    if isLong { try? FileManager.default.removeItem(at: file) }
  }

  /// Puts a piece of another text, a number or a character that parsers stumble over into `bytes`.
  private static func splice(_ bytes: inout [UInt8], _ other: String, _ numbers: inout SeededNumbers) {
    let odd = [
      "nan", "-inf", "1e999", "-1", "9223372036854775807", "9223372036854775808", "99999999999999999999999", "0x7f",
      "\u{0}",
      "\u{FEFF}", "\r\n", "\u{202E}", "é", "\\", "\"", "%00", "..%2f", String(repeating: "[", count: 3000),
      String(repeating: "9", count: 400), other,
    ]
    let piece = Array(odd[numbers.below(odd.count)].utf8)
    bytes.insert(contentsOf: piece, at: numbers.below(bytes.count + 1))
  }

  /// Numbers that lengths and offsets break at.
  private static let edges: [UInt64] = [
    0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF, 0x1_0000_0000, 1 << 62, 1 << 63,
    (1 << 63) - 1, .max, .max - 7,
  ]

  /// Bends `bytes` in one to eight places; most mutations hit the first `head` bytes.
  public static func bend(_ bytes: inout [UInt8], head: Int, _ numbers: inout SeededNumbers) {
    for _ in 0...numbers.below(8) {
      guard !bytes.isEmpty else { return }
      let reach = numbers.below(4) == 0 ? bytes.count : min(head, bytes.count)
      let place = numbers.below(reach)
      switch numbers.below(7) {
      case 0: bytes[place] ^= 1 << UInt8(numbers.below(8))
      case 1: bytes[place] = UInt8(numbers.below(256))
      case 2:
        // A length or an offset of four or eight bytes, in either order.
        var value = edges[numbers.below(edges.count)]
        if numbers.below(2) == 0 { value = value.byteSwapped }
        for offset in 0..<min(numbers.below(2) == 0 ? 4 : 8, bytes.count - place) {
          bytes[place + offset] = UInt8(truncatingIfNeeded: value >> (8 * UInt64(offset)))
        }
      case 3:
        let count = min(1 + numbers.below(64), bytes.count - place)
        bytes.replaceSubrange(place..<place + count, with: [UInt8](repeating: bytes[place], count: count))
      case 4: bytes.removeSubrange(place..<min(place + 1 + numbers.below(64), bytes.count))
      case 5:
        let from = numbers.below(bytes.count)
        bytes.insert(contentsOf: Array(bytes[from..<min(from + 1 + numbers.below(256), bytes.count)]), at: place)
      default: if numbers.below(4) == 0 { bytes.removeSubrange(place...) }
      }
    }
  }
}
