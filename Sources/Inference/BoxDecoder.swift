import GELAN
package import Scene

/// One predicted box with one class, in pixels of the network's input.
package struct Candidate: Hashable, Sendable {
  /// The box.
  package var box: Box
  /// Probability, 0…1.
  package var score: Float
  /// Class index.
  package var classID: Int
  /// Index among all anchors (finest level first, row by row), to break ties.
  package var anchor: Int

  /// A prediction of anchor `anchor`.
  package init(box: Box, score: Float, classID: Int, anchor: Int) {
    self.box = box
    self.score = score
    self.classID = classID
    self.anchor = anchor
  }
}

/// Decodes boxes from the head's raw maps.
///
/// Each side of a box is the mean of a distribution over the distances 0, 1, … (distribution focal loss, Li et al.
/// 2020) in cells from the centre of the anchor. Thresholds are compared as logits, so an anchor without an object
/// costs one comparison and no exponential.
struct BoxDecoder: Sendable {
  private let classCount: Int
  private let bins: Int
  private let isMultiLabel: Bool
  /// Threshold of each class as a logit; infinite for a class that is filtered out.
  private let thresholds: [Float]
  private let lowest: Float

  /// A decoder for `classCount` classes and `bins` distances per side.
  init(classCount: Int, bins: Int, options: DetectionOptions) {
    self.classCount = classCount
    self.bins = bins
    isMultiLabel = options.isMultiLabel && classCount > 1
    thresholds = (0..<classCount).map { id in
      guard options.classes?.contains(id) ?? true else { return .infinity }
      return Self.logit(options.classConfidence[id] ?? options.confidence)
    }
    lowest = thresholds.min() ?? .infinity
  }

  private static func logit(_ probability: Float) -> Float {
    if probability <= 0 { return -.infinity }
    if probability >= 1 { return .infinity }
    return Exponential.log(probability / (1 - probability))
  }

  /// The cells of one level, row by row, where some class may exceed its threshold.
  func likelyCells(_ classes: borrowing RawMap) -> [Int] {
    var cells: [Int] = []
    for position in 0..<classes.positions where classes.exceeds(lowest, at: position, channels: classCount) {
      cells.append(position)
    }
    return cells
  }

  /// Appends the predictions of one level at `cells`. `firstAnchor` is the number of anchors in the levels before.
  func decode(
    _ cells: [Int], boxes: borrowing RawMap, classes: borrowing RawMap, stride: Int, firstAnchor: Int,
    into candidates: inout [Candidate]
  ) {
    let step = Float(stride)
    for position in cells {
      if isMultiLabel {
        var box: Box?
        for id in 0..<classCount {
          let logit = classes[id, position]
          guard logit > thresholds[id] else { continue }
          let decoded = box ?? self.box(boxes, position, step)
          box = decoded
          candidates.append(
            Candidate(box: decoded, score: Self.logistic(logit), classID: id, anchor: firstAnchor + position))
        }
      } else {
        var best = -1
        var bestLogit = -Float.infinity
        for id in 0..<classCount {
          let logit = classes[id, position]
          if logit > bestLogit { (best, bestLogit) = (id, logit) }
        }
        guard best >= 0, bestLogit > thresholds[best] else { continue }
        candidates.append(
          Candidate(
            box: box(boxes, position, step), score: Self.logistic(bestLogit), classID: best,
            anchor: firstAnchor + position))
      }
    }
  }

  private func box(_ map: borrowing RawMap, _ position: Int, _ stride: Float) -> Box {
    let x = Float(position % map.width) + 0.5, y = Float(position / map.width) + 0.5
    let left = distance(map, 0, position), top = distance(map, 1, position)
    let right = distance(map, 2, position), bottom = distance(map, 3, position)
    return Box(
      minX: (x - left) * stride, minY: (y - top) * stride, maxX: (x + right) * stride, maxY: (y + bottom) * stride)
  }

  /// Mean distance of one side in cells.
  private func distance(_ map: borrowing RawMap, _ side: Int, _ position: Int) -> Float {
    let first = side * bins
    var highest = -Float.infinity
    for bin in 0..<bins { highest = max(highest, map[first + bin, position]) }
    var total: Float = 0
    var weighted: Float = 0
    for bin in 0..<bins {
      let weight = Exponential.exp(map[first + bin, position] - highest)
      total += weight
      weighted += weight * Float(bin)
    }
    return weighted / total
  }

  private static func logistic(_ logit: Float) -> Float { 1 / (1 + Exponential.exp(-logit)) }
}
