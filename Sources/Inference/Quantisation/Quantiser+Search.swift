package import GELAN

extension Quantiser {
  /// The result of a search.
  package struct Outcome {
    /// The quantised model.
    package var model: InferenceModel
    /// Its accuracy.
    package var accuracy: Double
    /// Layers that stay in floating point, worst first.
    package var kept: [String]
  }

  /// The model that keeps the fewest layers in floating point and has at least the accuracy `floor`; if there is
  /// none, the most accurate one found.
  ///
  /// The layers with the largest error are kept first, in steps of an eighth of all layers, at most half of them.
  ///
  /// - Parameters:
  ///   - ranking: returns the layers, worst first; called only if quantising all of them is not accurate enough.
  ///   - accuracy: accuracy of a model; higher is better.
  package func search<Failure: Error>(
    floor: Double, ranking: () throws(Failure) -> [String], accuracy: (InferenceModel) throws(Failure) -> Double
  ) throws(Failure) -> Outcome {
    var model = model()
    var best = Outcome(model: model, accuracy: try accuracy(model), kept: [])
    if best.accuracy >= floor { return best }
    let worst = try ranking()
    let step = max(worst.count / 8, 1)
    for count in stride(from: step, through: worst.count / 2, by: step) where best.accuracy < floor {
      let kept = Array(worst.prefix(count))
      model = self.model(keeping: Set(kept))
      let reached = try accuracy(model)
      if reached > best.accuracy { best = Outcome(model: model, accuracy: reached, kept: kept) }
    }
    return best
  }
}
