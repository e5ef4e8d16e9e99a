extension InferenceModel {
  /// The inference model of the training `weights`: the auxiliary branch of `spec` removed, batch normalisation
  /// folded, RepConvN branches merged.
  public init(
    training weights: WeightStore, of spec: NetworkSpec, classNames: [String]
  ) throws(ModelError) {
    let single = spec.inference
    let names = spec.mainBranchNames
    let unfolded = single.graph()
    let folded = try unfolded.foldedWeights { (name, shape) throws(ModelError) in
      let original = names.original(of: name)
      guard let tensor = weights[original], tensor.shape == shape else {
        throw ModelError(.mismatch, "the training weights lack '\(original)'")
      }
      return tensor
    }
    self.init(spec: single, graph: unfolded.folded, weights: folded, classNames: classNames)
  }
}
