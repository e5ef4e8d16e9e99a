/// Matches the detections of one class in one image, best first, with its objects.
struct ImageMatching: Sendable {
  /// The verdict on a detection.
  enum Verdict: Hashable, Sendable {
    case right
    case wrong
    /// It matched a crowd or an object of another size range, or is itself of another size: it does not count.
    case ignored
  }

  /// The verdict on each detection at each threshold, and the number of objects.
  struct Outcome {
    var verdicts: [[Verdict]]
    var objectCount: Int
  }

  /// Scores of the detections, descending.
  let scores: [Double]
  private let truth: [TrueObject]
  private let foundAreas: [Double]
  /// Overlap of each detection with each object, `scores.count * truth.count`.
  private let overlaps: [Double]

  init(truth: [TrueObject], found: [FoundObject]) {
    self.truth = truth
    let best = found.indices.sorted {
      found[$0].score != found[$1].score ? found[$0].score > found[$1].score : $0 < $1
    }.prefix(AveragePrecision.limits.last ?? 0).map { found[$0] }
    scores = best.map(\.score)
    foundAreas = best.map(\.box.area)
    overlaps = best.flatMap { claim in truth.map { Self.overlap(of: claim.box, with: $0) } }
  }

  /// Objects of any size, crowds not counted.
  var objectCount: Int { truth.count { !$0.isCrowd } }

  /// Intersection over union; for a crowd, the fraction of the detection inside it.
  private static func overlap(of box: PreciseBox, with object: TrueObject) -> Double {
    let intersection = box.intersectionArea(with: object.box)
    let whole = object.isCrowd ? box.area : box.area + object.box.area - intersection
    return intersection > 0 ? intersection / whole : 0
  }

  /// Matches for objects of one size range; the others are ignored.
  func outcome(in range: AveragePrecision.AreaRange) -> Outcome {
    let isIgnored = truth.map { $0.isCrowd || !range.contains($0.area) }
    // Objects that count are tried first, so that no match is wasted on one that does not.
    let order = truth.indices.filter { !isIgnored[$0] } + truth.indices.filter { isIgnored[$0] }
    let verdicts = AveragePrecision.overlapThresholds.map { threshold in
      var isTaken = [Bool](repeating: false, count: truth.count)
      return scores.indices.map { find -> Verdict in
        guard let object = bestObject(for: find, threshold, order, isIgnored, isTaken) else {
          return range.contains(foundAreas[find]) ? .wrong : .ignored
        }
        isTaken[object] = true
        return isIgnored[object] ? .ignored : .right
      }
    }
    return Outcome(verdicts: verdicts, objectCount: isIgnored.count { !$0 })
  }

  /// The free object with the highest overlap; among equals the last, as in pycocotools.
  private func bestObject(
    for find: Int, _ threshold: Double, _ order: [Int], _ isIgnored: [Bool], _ isTaken: [Bool]
  ) -> Int? {
    var best: Int?
    var least = min(threshold, 1 - 1e-10)
    for object in order where !isTaken[object] || truth[object].isCrowd {
      if let best, !isIgnored[best], isIgnored[object] { break }
      let overlap = overlaps[find * truth.count + object]
      if overlap < least { continue }
      least = overlap
      best = object
    }
    return best
  }
}
