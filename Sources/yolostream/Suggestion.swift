import Settings

/// Suggests known names for a misspelt one.
struct Suggestion {
  /// The nearest names, all at the same distance, in their order in the list.
  let names: [String]

  /// Compares `word` with `known`, ignoring case and punctuation; at most one typing error per four letters.
  init(for word: String, among known: [String]) {
    let wanted = Self.letters(of: word)
    let distances = known.map { (name: $0, distance: NearestName.edits(wanted, Self.letters(of: $0))) }
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

  /// The nearest names of `word` among `known`, or all.
  static func text(for word: String, orAllOf known: [String]) -> String {
    let text = Suggestion(for: word, among: known).text
    return text.isEmpty ? ": expected one of \(known.joined(separator: ", "))" : text
  }

  private static func letters(of word: String) -> [UInt8] {
    Array(word.lowercased().utf8).filter { (97...122).contains($0) || (48...57).contains($0) }
  }
}
