/// The tracking metrics, computed as TrackEval does.
package struct TrackMetrics: Hashable, Sendable {
  /// Higher-order tracking accuracy (Luiten et al. 2020).
  package var higherOrder: HigherOrderAccuracy
  /// CLEAR MOT metrics (Bernardin and Stiefelhagen 2008) and their counts.
  package var clear: ClearCounts
  /// Identity metrics (Ristani et al. 2016).
  package var identity: IdentityCounts
  /// Identities in the ground truth.
  package var truthIdentities: Int
  /// Identities assigned by the tracker.
  package var trackIdentities: Int

  /// Classes of MOT16 and MOT17 that are no pedestrians and may look like one: person on vehicle, static person,
  /// distractor, reflection.
  package static let distractors: Set<Int> = [2, 7, 8, 12]
  /// Those of MOT20: vehicles without a motor, too.
  package static let distractorsOf2020 = distractors.union([6])

  /// Scores `tracks` against `truth`.
  package init(truth: TrackFile, tracks: TrackFile, distractors: Set<Int> = TrackMetrics.distractors) {
    let comparison = TrackComparison(truth: truth, tracks: tracks, distractors: distractors)
    higherOrder = HigherOrderAccuracy(comparison)
    clear = ClearCounts(comparison)
    identity = IdentityCounts(comparison)
    truthIdentities = comparison.truthIdentities
    trackIdentities = comparison.trackIdentities
  }

  /// Combines `sequences`: counts are added, association is weighted by matched boxes. TrackEval's `COMBINED` row.
  package init(combining sequences: [TrackMetrics]) {
    higherOrder = HigherOrderAccuracy(combining: sequences.map(\.higherOrder))
    clear = ClearCounts(combining: sequences.map(\.clear))
    identity = IdentityCounts(combining: sequences.map(\.identity))
    truthIdentities = sequences.reduce(0) { $0 + $1.truthIdentities }
    trackIdentities = sequences.reduce(0) { $0 + $1.trackIdentities }
  }
}
