internal import Scene

/// Boxes explained by the best one-to-one assignment of objects to tracks, at an IoU of 0.5.
///
/// Source: Ristani et al., "Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking", 2016.
package struct IdentityCounts: Hashable, Sendable {
  /// Boxes with the right identity (IDTP).
  package var truePositives = 0
  /// Ground-truth boxes without it (IDFN).
  package var falseNegatives = 0
  /// Track boxes without it (IDFP).
  package var falsePositives = 0

  /// IDF1: harmonic mean of identity recall and precision, 0...1.
  package var score: Double {
    Double(truePositives)
      / max(1, Double(truePositives) + 0.5 * Double(falsePositives) + 0.5 * Double(falseNegatives))
  }
  /// IDR, 0...1.
  package var recall: Double { Double(truePositives) / max(1, Double(truePositives + falseNegatives)) }
  /// IDP, 0...1.
  package var precision: Double { Double(truePositives) / max(1, Double(truePositives + falsePositives)) }

  /// Combines several sequences.
  init(combining parts: [IdentityCounts]) {
    truePositives = parts.reduce(0) { $0 + $1.truePositives }
    falseNegatives = parts.reduce(0) { $0 + $1.falseNegatives }
    falsePositives = parts.reduce(0) { $0 + $1.falsePositives }
  }

  /// Counts one sequence.
  ///
  /// An unmatched object or track costs all its boxes, and each shared box of a match saves two, so the cheapest
  /// assignment shares the most boxes.
  init(_ comparison: TrackComparison) {
    let columns = comparison.trackIdentities
    var costs = [Double](repeating: 0, count: comparison.truthIdentities * columns)
    for frame in comparison.frames {
      for (row, truth) in frame.truth.enumerated() {
        for (column, track) in frame.tracks.enumerated()
        where frame.overlap[row * frame.tracks.count + column] >= 0.5 {
          costs[truth * columns + track] -= 1
        }
      }
    }
    var assignment = Assignment()
    assignment.solve(costs, rows: comparison.truthIdentities, columns: columns)
    for (truth, track) in assignment.columnOfRow.enumerated() where track >= 0 {
      truePositives -= Int(costs[truth * columns + track])
    }
    falseNegatives = comparison.truthBoxes - truePositives
    falsePositives = comparison.trackBoxes - truePositives
  }
}
