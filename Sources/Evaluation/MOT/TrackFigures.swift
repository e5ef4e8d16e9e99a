/// The figures of one or several sequences, with the benchmark's names.
package struct TrackFigures: Hashable, Sendable {
  /// Ratios in the order they are shown: HOTA, DetA, AssA, LocA, MOTA, MOTP, IDF1, IDR, IDP. MOTA may be negative.
  package let ratios: [Ratio]
  /// Counts: IDSW, Frag, FP, FN, MT, PT, ML, track identities and true identities. Means over sequences have
  /// fractions.
  package let counts: [Ratio]

  /// A named figure.
  package struct Ratio: Hashable, Sendable {
    /// Its name.
    package let name: String
    /// Its value.
    package let value: Double
  }

  /// The figures of `metrics`.
  package init(_ metrics: TrackMetrics) {
    let clear = metrics.clear
    ratios = [
      Ratio(name: "HOTA", value: metrics.higherOrder.accuracy),
      Ratio(name: "DetA", value: metrics.higherOrder.detection),
      Ratio(name: "AssA", value: metrics.higherOrder.association),
      Ratio(name: "LocA", value: metrics.higherOrder.localisation),
      Ratio(name: "MOTA", value: clear.accuracy),
      Ratio(name: "MOTP", value: clear.precision),
      Ratio(name: "IDF1", value: metrics.identity.score),
      Ratio(name: "IDR", value: metrics.identity.recall),
      Ratio(name: "IDP", value: metrics.identity.precision),
    ]
    counts = [
      ("IDSW", clear.switches), ("Frag", clear.fragmentations), ("FP", clear.falsePositives),
      ("FN", clear.falseNegatives), ("MT", clear.mostlyTracked), ("PT", clear.partlyTracked),
      ("ML", clear.mostlyLost), ("IDs", metrics.trackIdentities), ("GTIDs", metrics.truthIdentities),
    ].map { Ratio(name: $0, value: Double($1)) }
  }

  /// The mean of each figure, all sequences weighted equally.
  package init(averaging sequences: [TrackFigures]) {
    func mean(_ part: KeyPath<TrackFigures, [Ratio]>) -> [Ratio] {
      guard let first = sequences.first else { return [] }
      return first[keyPath: part].enumerated().map { index, figure in
        let sum = sequences.reduce(0) { $0 + $1[keyPath: part][index].value }
        return Ratio(name: figure.name, value: sum / Double(sequences.count))
      }
    }
    ratios = mean(\.ratios)
    counts = mean(\.counts)
  }
}
