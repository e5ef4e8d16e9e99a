import Scene

/// Assigns anchors to objects by how well class probability and box together fit (Feng et al. 2021, "TOOD", with the
/// constants of YOLOv9).
package struct TaskAlignedAssigner: Sendable {
  /// Candidate anchors per object.
  package var candidateCount = 10
  /// Exponent of the class probability.
  package var alpha: Double = 0.5
  /// Exponent of the overlap.
  package var beta: Double = 6

  private static let epsilon = 1e-9

  /// The published constants: 10 candidates, exponents 0.5 and 6.
  package init() {}

  /// The assignment of the anchors of one image.
  package struct Assignment: Sendable {
    /// For each anchor the index of its object in the image, -1 for background.
    package var object: [Int32]
    /// For each anchor the target score of its object's class, 0 for background.
    package var score: [Float]
    /// Sum of all target scores.
    package var scoreSum: Double

    init(anchorCount: Int) {
      object = [Int32](repeating: -1, count: anchorCount)
      score = [Float](repeating: 0, count: anchorCount)
      scoreSum = 0
    }
  }

  /// One object of the image.
  struct Object {
    var classID: Int
    /// `minX, minY, maxX, maxY` in pixels.
    var box: SIMD4<Float>
  }

  private struct Claim {
    var anchor: Int
    var alignment: Double
    var overlap: Double
  }

  /// Assigns the anchors of image `image` of `maps` to `objects` by the current predictions.
  func assign(_ objects: [Object], image: Int, maps: HeadMaps) -> Assignment {
    var assignment = Assignment(anchorCount: maps.anchorCount)
    guard !objects.isEmpty else { return assignment }
    let predictions = PredictedBoxes(maps: maps, image: image)
    let truths = objects.map { MeasuredBox(SIMD4<Double>($0.box)) }

    var claims = [[Claim]](repeating: [], count: objects.count)
    var claimants = [Int32](repeating: 0, count: maps.anchorCount)
    for (index, object) in objects.enumerated() {
      claims[index] = candidates(for: object, truth: truths[index], maps: maps, predictions: predictions)
      for claim in claims[index] {
        claimants[claim.anchor] += 1
        assignment.object[claim.anchor] = Int32(index)
      }
    }

    // A contested anchor goes to the object it overlaps most, even if that object did not claim it.
    var transferred = [[Claim]](repeating: [], count: objects.count)
    for anchor in claimants.indices where claimants[anchor] > 1 {
      var winner = 0
      var best = -Double.infinity
      for index in objects.indices {
        let overlap = max(0, CompleteOverlap.value(truths[index], predictions[anchor]))
        if overlap > best {
          best = overlap
          winner = index
        }
      }
      assignment.object[anchor] = Int32(winner)
      if !claims[winner].contains(where: { $0.anchor == anchor }) {
        let probability = predictions.probability(anchor, classID: objects[winner].classID)
        transferred[winner].append(
          Claim(anchor: anchor, alignment: alignment(probability, best), overlap: best))
      }
    }

    for index in objects.indices {
      let held = (claims[index] + transferred[index]).filter { assignment.object[$0.anchor] == Int32(index) }
      let highestAlignment = held.reduce(0) { max($0, $1.alignment) }
      let highestOverlap = held.reduce(0) { max($0, $1.overlap) }
      for claim in held {
        let score = claim.alignment * highestOverlap / (highestAlignment + Self.epsilon)
        assignment.score[claim.anchor] = Float(score)
        assignment.scoreSum += score
      }
    }
    return assignment
  }

  private func alignment(_ probability: Double, _ overlap: Double) -> Double {
    power(probability, alpha) * power(overlap, beta)
  }

  /// The best aligned anchors whose centre lies inside `object`, best first.
  private func candidates(
    for object: Object, truth: MeasuredBox, maps: HeadMaps, predictions: PredictedBoxes
  ) -> [Claim] {
    var best: [Claim] = []
    best.reserveCapacity(candidateCount + 1)
    var firstAnchor = 0
    for level in maps.levels {
      let stride = Float(level.stride)
      let columns = cells(from: object.box[0], to: object.box[2], stride: stride, count: level.width)
      let rows = cells(from: object.box[1], to: object.box[3], stride: stride, count: level.height)
      for row in rows {
        for column in columns {
          let anchor = firstAnchor + row * level.width + column
          let overlap = max(0, CompleteOverlap.value(truth, predictions[anchor]))
          guard overlap > 0 else { continue }
          let least = best.count < candidateCount ? 0 : best[best.count - 1].alignment
          // Probabilities are at most 1, so most anchors are rejected without computing theirs.
          guard alignment(1, overlap) > least else { continue }
          let aligned = alignment(predictions.probability(anchor, classID: object.classID), overlap)
          guard aligned > least else { continue }
          let place = best.firstIndex { $0.alignment < aligned } ?? best.count
          best.insert(Claim(anchor: anchor, alignment: aligned, overlap: overlap), at: place)
          if best.count > candidateCount { best.removeLast() }
        }
      }
      firstAnchor += level.cellCount
    }
    return best
  }

  /// Cells whose centre lies between two edges, in pixels.
  private func cells(from low: Float, to high: Float, stride: Float, count: Int) -> Range<Int> {
    let margin: Float = 1e-9
    var first = 0
    while first < count, (Float(first) + 0.5) * stride - low <= margin { first += 1 }
    var end = count
    while end > first, high - (Float(end - 1) + 0.5) * stride <= margin { end -= 1 }
    return first..<end
  }
}
