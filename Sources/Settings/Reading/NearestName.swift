/// The name a user may have meant.
package enum NearestName {
  /// The name in `names` with the fewest edits from `word`, if that is few enough for a slip of the fingers.
  package static func of(_ word: String, in names: some Sequence<String>) -> String? {
    let best = names.map { (name: $0, edits: edits(Array(word.lowercased()), Array($0.lowercased()))) }
      .min { $0.edits < $1.edits }
    guard let best, best.edits <= max(1, best.name.count / 3 + 1), best.edits < best.name.count else { return nil }
    return best.name
  }

  /// Letters to insert, remove, replace or swap with their neighbour (optimal string alignment; Damerau, "A technique for
  /// computer detection and correction of spelling errors", 1964).
  package static func edits<Letter: Equatable>(_ from: [Letter], _ to: [Letter]) -> Int {
    guard !from.isEmpty, !to.isEmpty else { return max(from.count, to.count) }
    var beforeLast: [Int] = []
    var last = Array(0...to.count)
    for row in 1...from.count {
      var current = [row]
      for column in 1...to.count {
        let change = last[column - 1] + (from[row - 1] == to[column - 1] ? 0 : 1)
        var best = min(change, last[column] + 1, current[column - 1] + 1)
        if row > 1, column > 1, from[row - 1] == to[column - 2], from[row - 2] == to[column - 1] {
          best = min(best, beforeLast[column - 2] + 1)
        }
        current.append(best)
      }
      beforeLast = last
      last = current
    }
    return last[to.count]
  }
}
