/// Confusion matrix of a detector: objects by true and detected class.
///
/// Detections and objects that overlap are paired by descending IoU, whatever their classes; the others are paired
/// with the background. Detections in crowds are ignored.
package struct ConfusionMatrix: Hashable, Sendable {
  /// Number of classes; the index of the background.
  package let classCount: Int
  /// Lowest score of a detection that counts.
  package let confidence: Double
  /// Lowest IoU of a pair.
  package let overlap: Double
  private var counts: [Int]

  /// Number of objects of class `truth` detected as class `found`; `classCount` stands for the background.
  package subscript(truth truth: Int, found found: Int) -> Int { counts[truth * (classCount + 1) + found] }

  /// Pairs the detections `found` in each image with the objects `truth`.
  package init(
    truth: [[TrueObject]], found: [[FoundObject]], classCount: Int, confidence: Double = 0.25, overlap: Double = 0.5
  ) {
    precondition(truth.count == found.count, "each image has its truth and its finds")
    self.classCount = classCount
    self.confidence = confidence
    self.overlap = overlap
    counts = [Int](repeating: 0, count: (classCount + 1) * (classCount + 1))
    let classes = 0..<classCount
    for (objects, claims) in zip(truth, found) {
      count(
        objects.filter { classes.contains($0.classID) },
        claims.filter { $0.score >= confidence && classes.contains($0.classID) })
    }
  }

  private mutating func count(_ everything: [TrueObject], _ claims: [FoundObject]) {
    let objects = everything.filter { !$0.isCrowd }
    var pairs: [(object: Int, claim: Int, overlap: Double)] = []
    for (object, claim) in objects.indices.flatMap({ object in claims.indices.map { (object, $0) } }) {
      let share = objects[object].box.intersectionOverUnion(with: claims[claim].box)
      if share >= overlap { pairs.append((object, claim, share)) }
    }
    pairs.sort { $0.overlap != $1.overlap ? $0.overlap > $1.overlap : ($0.object, $0.claim) < ($1.object, $1.claim) }
    var claimOfObject = [Int?](repeating: nil, count: objects.count)
    var isPaired = [Bool](repeating: false, count: claims.count)
    for pair in pairs where claimOfObject[pair.object] == nil && !isPaired[pair.claim] {
      claimOfObject[pair.object] = pair.claim
      isPaired[pair.claim] = true
    }
    for (object, claim) in zip(objects, claimOfObject) {
      add(truth: object.classID, found: claim.map { claims[$0].classID } ?? classCount)
    }
    for (claim, paired) in zip(claims, isPaired) where !paired {
      let isInCrowd = everything.contains { object in
        object.isCrowd && object.box.intersectionArea(with: claim.box) >= overlap * claim.box.area
      }
      if !isInCrowd { add(truth: classCount, found: claim.classID) }
    }
  }

  private mutating func add(truth: Int, found: Int) { counts[truth * (classCount + 1) + found] += 1 }
}
