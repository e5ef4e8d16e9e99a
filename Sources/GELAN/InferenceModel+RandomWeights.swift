extension InferenceModel {
  /// The main branch of `spec` with random weights, to time a network without a file. Activations keep about the same
  /// magnitude from layer to layer; detections are meaningless.
  public init(randomWeightsFor spec: NetworkSpec) {
    let spec = spec.inference
    let graph = spec.graph().folded
    var weights = WeightStore()
    var state: UInt64 = 0x9E37_79B9_7F4A_7C15
    /// Uniform in -1…1, by a linear congruential generator (constants of Knuth's MMIX).
    func next() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
    }
    for (_, convolution) in graph.convolutions {
      let shape = convolution.weightShape
      let bound = (3 / Float(shape[1...].reduce(1, *))).squareRoot()
      weights["\(convolution.parameters).weight"] = WeightTensor(
        shape: shape, values: (0..<convolution.weightCount).map { _ in next() * bound })
      weights["\(convolution.parameters).bias"] = WeightTensor(
        shape: [shape[0]], values: (0..<shape[0]).map { _ in next() * 0.1 })
    }
    self.init(
      spec: spec, graph: graph, weights: weights, classNames: (0..<spec.classCount).map { "class \($0)" })
  }
}
