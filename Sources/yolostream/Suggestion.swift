/// Suggests known names for a misspelt one.
struct Suggestion {
  /// The nearest names, all at the same distance, in their order in the list.
  let names: [String]

  /// Compares `word` with `known`, ignoring case and punctuation; at most one typing error per four letters.
  init(for word: String, among known: [String]) {
    let wanted = Self.letters(of: word)
    let distances = known.map { (name: $0, distance: Self.distance(wanted, Self.letters(of: $0))) }
    let nearest = distances.map(\.distance).min() ?? .max
    guard !wanted.isEmpty, nearest <= max(1, wanted.count / 4) else {
      names = []
      return
    }
    names = distances.filter { $0.distance == nearest }.map(\.name)
  }

  /// `; did you mean a or b?`, or empty if no name is near.
  var text: String {
    guard let last = names.last else { return "" }
    let others = names.dropLast().joined(separator: ", ")
    return "; did you mean \(others.isEmpty ? last : "\(others) or \(last)")?"
  }

  private static func letters(of word: String) -> [UInt8] {
    Array(word.lowercased().utf8).filter { (97...122).contains($0) || (48...57).contains($0) }
  }

  /// Edit distance: insertions, deletions, replacements and swaps of neighbours (optimal string alignment; Damerau,
  /// "A technique for computer detection and correction of spelling errors", 1964).
  private static func distance(_ one: [UInt8], _ other: [UInt8]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...other.count)
    for i in one.indices {
      var row = [i + 1]
      for j in other.indices {
        var best = min(last[j + 1] + 1, row[j] + 1, last[j] + (one[i] == other[j] ? 0 : 1))
        if i > 0, j > 0, one[i] == other[j - 1], one[i - 1] == other[j] { best = min(best, beforeLast[j - 1] + 1) }
        row.append(best)
      }
      (beforeLast, last) = (last, row)
    }
    return last[other.count]
  }
}
