public import GELAN

/// A small network with made-up weights: it sees objects where there are none, but the same ones each time.
public enum MadeUpModel {
  /// A model of three classes, of the network called `name`.
  public static func make(named name: String = "gelan-n") -> InferenceModel? {
    guard var spec = NetworkSpec.named(name) else { return nil }
    spec.classCount = 3
    var state: UInt64 = 1
    func next() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 23) - 1
    }
    var weights = WeightStore()
    for (_, convolution) in spec.graph().folded.convolutions {
      let shape = convolution.weightShape
      let fanIn = shape[1...].reduce(1, *)
      let gain = 1.7 * (3 / Float(fanIn)).squareRoot()
      weights["\(convolution.parameters).weight"] = WeightTensor(
        shape: shape, values: (0..<shape.reduce(1, *)).map { _ in next() * gain })
      weights["\(convolution.parameters).bias"] = WeightTensor(
        shape: [shape[0]], values: (0..<shape[0]).map { _ in next() * 0.3 })
    }
    return InferenceModel(spec: spec, weights: weights, classNames: ["person", "dog", "cat"])
  }
}
