/// How well tracks follow their objects, counted as TrackEval counts it.
public struct TrackMetrics: Hashable, Sendable {
  /// Higher-order tracking accuracy (Luiten et al. 2020) with its two halves.
  public var higherOrder: HigherOrderAccuracy
  /// CLEAR MOT (Bernardin and Stiefelhagen 2008) with the counts behind it.
  public var clear: ClearCounts
  /// Identity measures (Ristani et al. 2016).
  public var identity: IdentityCounts
  /// Identities in the ground truth.
  public var truthIdentities: Int
  /// Identities the tracker gave out.
  public var trackIdentities: Int

  /// Scores `tracks` against `truth`.
  public init(truth: TrackFile, tracks: TrackFile) {
    let comparison = TrackComparison(truth: truth, tracks: tracks)
    higherOrder = HigherOrderAccuracy(comparison)
    clear = ClearCounts(comparison)
    identity = IdentityCounts(comparison)
    truthIdentities = comparison.truthIdentities
    trackIdentities = comparison.trackIdentities
  }

  /// All of `sequences` as one: counts add up, association is weighted by matched boxes. TrackEval's `COMBINED` row.
  public init(combining sequences: [TrackMetrics]) {
    higherOrder = HigherOrderAccuracy(combining: sequences.map(\.higherOrder))
    clear = ClearCounts(combining: sequences.map(\.clear))
    identity = IdentityCounts(combining: sequences.map(\.identity))
    truthIdentities = sequences.reduce(0) { $0 + $1.truthIdentities }
    trackIdentities = sequences.reduce(0) { $0 + $1.trackIdentities }
  }
}
