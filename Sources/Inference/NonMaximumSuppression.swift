import Scene

/// Greedy non-maximum suppression.
///
/// Candidates are taken in order of score; each is kept unless a kept one of its class overlaps it by more than the
/// threshold. Classes are compared by index instead of by shifting boxes, so nothing is lost to rounding.
package struct NonMaximumSuppression: Sendable {
  private let options: DetectionOptions

  /// Suppression with the thresholds and limits of `options`.
  package init(_ options: DetectionOptions) { self.options = options }

  /// The candidates to keep, best first; at most `options.limit`.
  package func callAsFunction(_ candidates: [Candidate]) -> [Candidate] {
    var order = candidates.filter { $0.score.isFinite && $0.box.isFinite }
    order.sort { $0.score != $1.score ? $0.score > $1.score : ($0.anchor, $0.classID) < ($1.anchor, $1.classID) }
    var kept: [Candidate] = []
    for candidate in order.prefix(DetectionOptions.candidateLimit) {
      if kept.count >= options.limit { break }
      let limit = options.classOverlap[candidate.classID] ?? options.overlap
      let isSuppressed = kept.contains { other in
        (options.isAgnostic || other.classID == candidate.classID)
          && other.box.intersectionOverUnion(with: candidate.box) > limit
      }
      if !isSuppressed { kept.append(candidate) }
    }
    return kept
  }
}

extension Box {
  fileprivate var isFinite: Bool { minX.isFinite && minY.isFinite && maxX.isFinite && maxY.isFinite }
}
