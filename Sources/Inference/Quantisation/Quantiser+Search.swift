public import GELAN

extension Quantiser {
  /// What a search came to.
  public struct Outcome {
    /// The model.
    public var model: InferenceModel
    /// Its accuracy.
    public var accuracy: Double
    /// Layers that compute in real numbers though they might not, worst first.
    public var kept: [String]
  }

  /// The model that keeps the fewest layers in real numbers and is at least `floor` accurate, or the most accurate that was
  /// found.
  ///
  /// The layers that hurt most are kept first: as many as it takes, in steps of an eighth of all, at most half of them.
  ///
  /// - Parameters:
  ///   - ranking: the layers, worst first; asked for when all in whole numbers is not enough.
  ///   - accuracy: of a model; the higher the better.
  public func search<Failure: Error>(
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
