internal import Scene

/// HOTA: the geometric mean of detection and association accuracy, at 19 IoU thresholds 0.05 … 0.95.
///
/// Source: Luiten et al., "HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking", IJCV 2020; details as in
/// TrackEval.
package struct HigherOrderAccuracy: Hashable, Sendable {
  /// The overlap thresholds.
  package static let thresholds: [Double] = (0..<19).map { 0.05 + Double($0) * 0.05 }

  /// Matched boxes at each threshold.
  package var truePositives = [Double](repeating: 0, count: thresholds.count)
  /// Ground-truth boxes without a match at each threshold.
  package var falseNegatives = [Double](repeating: 0, count: thresholds.count)
  /// Track boxes without a match at each threshold.
  package var falsePositives = [Double](repeating: 0, count: thresholds.count)
  /// Association accuracy (AssA) at each threshold, 0...1.
  package var associationByThreshold = [Double](repeating: 0, count: thresholds.count)
  /// Mean overlap of the matches (LocA) at each threshold, 0...1.
  package var localisationByThreshold = [Double](repeating: 1, count: thresholds.count)

  /// Detection accuracy (DetA) at each threshold, 0...1.
  package var detectionByThreshold: [Double] {
    truePositives.indices.map { index in
      truePositives[index] / max(1, truePositives[index] + falseNegatives[index] + falsePositives[index])
    }
  }

  /// HOTA at each threshold, 0...1.
  package var accuracyByThreshold: [Double] {
    zip(detectionByThreshold, associationByThreshold).map { ($0 * $1).squareRoot() }
  }

  /// HOTA, mean over the thresholds, 0...1.
  package var accuracy: Double { Self.mean(accuracyByThreshold) }
  /// DetA, mean over the thresholds, 0...1.
  package var detection: Double { Self.mean(detectionByThreshold) }
  /// AssA, mean over the thresholds, 0...1.
  package var association: Double { Self.mean(associationByThreshold) }
  /// LocA, mean over the thresholds, 0...1.
  package var localisation: Double { Self.mean(localisationByThreshold) }

  private static func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

  /// Counts one sequence.
  init(_ comparison: TrackComparison) {
    let thresholds = Self.thresholds
    guard comparison.truthBoxes > 0, comparison.trackBoxes > 0 else {
      falseNegatives = thresholds.map { _ in Double(comparison.truthBoxes) }
      falsePositives = thresholds.map { _ in Double(comparison.trackBoxes) }
      return
    }
    let columns = comparison.trackIdentities
    let alignment = GlobalAlignment(comparison)
    var matches = [[Double]](
      repeating: [Double](repeating: 0, count: comparison.truthIdentities * columns), count: thresholds.count)
    var localisation = [Double](repeating: 0, count: thresholds.count)
    var assignment = Assignment()
    var costs: [Double] = []
    for frame in comparison.frames {
      costs.removeAll(keepingCapacity: true)
      for (row, truth) in frame.truth.enumerated() {
        for (column, track) in frame.tracks.enumerated() {
          costs.append(-alignment.score[truth * columns + track] * frame.overlap[row * frame.tracks.count + column])
        }
      }
      assignment.solve(costs, rows: frame.truth.count, columns: frame.tracks.count)
      for index in thresholds.indices {
        var count = 0
        for (row, column) in assignment.columnOfRow.enumerated() where column >= 0 {
          let overlap = frame.overlap[row * frame.tracks.count + column]
          guard overlap >= thresholds[index] - TrackComparison.epsilon else { continue }
          count += 1
          localisation[index] += overlap
          matches[index][frame.truth[row] * columns + frame.tracks[column]] += 1
        }
        truePositives[index] += Double(count)
        falseNegatives[index] += Double(frame.truth.count - count)
        falsePositives[index] += Double(frame.tracks.count - count)
      }
    }
    for index in thresholds.indices {
      associationByThreshold[index] =
        alignment.weightedAgreement(of: matches[index], columns: columns) / max(1, truePositives[index])
      localisationByThreshold[index] = max(1e-10, localisation[index]) / max(1e-10, truePositives[index])
    }
  }

  /// Combines several sequences.
  init(combining parts: [HigherOrderAccuracy]) {
    for index in Self.thresholds.indices {
      truePositives[index] = parts.reduce(0) { $0 + $1.truePositives[index] }
      falseNegatives[index] = parts.reduce(0) { $0 + $1.falseNegatives[index] }
      falsePositives[index] = parts.reduce(0) { $0 + $1.falsePositives[index] }
      let association = parts.reduce(0) { $0 + $1.associationByThreshold[index] * $1.truePositives[index] }
      associationByThreshold[index] = association / max(1, truePositives[index])
      let localisation = parts.reduce(0) { $0 + $1.localisationByThreshold[index] * $1.truePositives[index] }
      localisationByThreshold[index] = max(1e-10, localisation) / max(1e-10, truePositives[index])
    }
  }
}

/// How well each track fits each object over the whole sequence, independent of thresholds.
private struct GlobalAlignment {
  /// Soft intersection over union of the two identities' boxes, objects by tracks.
  var score: [Double]
  /// Boxes of each object and of each track.
  var truthCount: [Double]
  var trackCount: [Double]

  init(_ comparison: TrackComparison) {
    let columns = comparison.trackIdentities
    score = [Double](repeating: 0, count: comparison.truthIdentities * columns)
    truthCount = [Double](repeating: 0, count: comparison.truthIdentities)
    trackCount = [Double](repeating: 0, count: columns)
    for frame in comparison.frames {
      let width = frame.tracks.count
      let rowSums = frame.truth.indices.map { row in
        (0..<width).reduce(0.0) { $0 + frame.overlap[row * width + $1] }
      }
      let columnSums = (0..<width).map { column in
        frame.truth.indices.reduce(0.0) { $0 + frame.overlap[$1 * width + column] }
      }
      for (row, truth) in frame.truth.enumerated() {
        for (column, track) in frame.tracks.enumerated() {
          let overlap = frame.overlap[row * width + column]
          let share = columnSums[column] + rowSums[row] - overlap
          if share > TrackComparison.epsilon { score[truth * columns + track] += overlap / share }
        }
      }
      for truth in frame.truth { truthCount[truth] += 1 }
      for track in frame.tracks { trackCount[track] += 1 }
    }
    for truth in truthCount.indices {
      for track in trackCount.indices {
        let index = truth * columns + track
        score[index] /= truthCount[truth] + trackCount[track] - score[index]
      }
    }
  }

  /// Sum over all matched boxes of the IoU of their two identities.
  func weightedAgreement(of matches: [Double], columns: Int) -> Double {
    var sum = 0.0
    for truth in truthCount.indices {
      for track in trackCount.indices {
        let count = matches[truth * columns + track]
        if count > 0 { sum += count * count / max(1, truthCount[truth] + trackCount[track] - count) }
      }
    }
    return sum
  }
}
