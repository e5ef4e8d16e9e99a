public import GELAN

/// Weights made by the formula of the reference fixtures (`README.md` beside them): every size of network without a weight
/// file.
public struct FormulaWeights: Sendable {
  private let gain: Double

  /// Weights with the fixtures' gain, which is 1.62 for both E networks.
  public init(gain: Double = 1.72) { self.gain = gain }

  /// The weights that the fixture of the network called `name` was made with.
  public init(network name: String) { self.init(gain: name.hasSuffix("-e") ? 1.62 : 1.72) }

  private struct Stream {
    private let seed: UInt64

    init(_ name: String) {
      seed = name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }

    /// Element `index`, -1…1.
    subscript(index: Int) -> Double { 2 * unit(index) - 1 }

    func unit(_ index: Int) -> Double {
      var z = seed &+ (UInt64(index) &+ 1) &* 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      z ^= z >> 31
      return Double(z >> 11) * 0x1p-53
    }
  }

  /// Every parameter of an unfolded graph by its state-dict name.
  public func unfolded(_ graph: Graph) -> [String: [Float]] {
    var result: [String: [Float]] = [:]
    for (_, convolution) in graph.convolutions {
      let channels = convolution.outputChannels
      result["\(convolution.parameters).weight"] = weights(of: convolution)
      guard let normalisation = convolution.normalisation else {
        let stream = Stream("\(convolution.parameters).bias")
        result["\(convolution.parameters).bias"] = (0..<channels).map { Float(0.3 * stream[$0]) }
        continue
      }
      for (name, start, spread) in Self.normalisation {
        let stream = Stream("\(normalisation).\(name)")
        result["\(normalisation).\(name)"] = (0..<channels).map { Float(start + spread * stream[$0]) }
      }
    }
    return result
  }

  private static let normalisation: [(name: String, start: Double, spread: Double)] = [
    ("weight", 1, 0.2), ("bias", 0, 0.3), ("running_mean", 0, 0.2), ("running_var", 1, 0.25),
  ]

  private func weights(of convolution: Graph.Convolution) -> [Float] {
    let name = "\(convolution.parameters).weight"
    let stream = Stream(name)
    let fanIn = convolution.weightShape[1...].reduce(1, *)
    let isLast = convolution.normalisation == nil
    let isCross = isLast && convolution.parameters.hasSuffix(".conv")
    let gain = name.contains(".m.") ? 1 : isCross ? 0.6 : isLast ? 2.5 : self.gain
    let scale = gain * (3 / Double(fanIn)).squareRoot()
    var weights: [Float] = []
    weights.reserveCapacity(convolution.weightCount)
    for output in 0..<convolution.outputChannels {
      let values = (0..<fanIn).map { stream[output * fanIn + $0] }
      let mean = 0.9 * values.reduce(0, +) / Double(fanIn)
      for value in values { weights.append(Float((value - mean) * scale)) }
    }
    return weights
  }

  /// Weights and biases of `graph` folded; names are those of the folded graph.
  public func folded(_ graph: Graph) -> [String: [Float]] { Self.fold(unfolded(graph), of: graph) }

  /// The network called `name` ready to run, with class names `thing 0`, `thing 1`, ….
  public func model(named name: String) -> InferenceModel? {
    guard let spec = NetworkSpec.named(name)?.inference else { return nil }
    let graph = spec.graph()
    let parameters = folded(graph)
    var store = WeightStore()
    for (name, shape) in graph.folded.parameterShapes {
      store[name] = WeightTensor(shape: shape, values: parameters[name] ?? [])
    }
    return InferenceModel(spec: spec, weights: store, classNames: (0..<spec.classCount).map { "thing \($0)" })
  }

  /// `parameters` of an unfolded graph folded in double precision: written apart from what the package does, to test it.
  public static func fold(_ parameters: [String: [Float]], of graph: Graph) -> [String: [Float]] {
    func fold(_ convolution: Graph.Convolution) -> (weights: [Double], bias: [Double]) {
      func values(_ name: String) -> [Double] { (parameters[name] ?? []).map(Double.init) }
      var weights = values("\(convolution.parameters).weight")
      guard let name = convolution.normalisation else { return (weights, values("\(convolution.parameters).bias")) }
      let fanIn = weights.count / convolution.outputChannels
      let (scale, shift) = (values("\(name).weight"), values("\(name).bias"))
      let (mean, variance) = (values("\(name).running_mean"), values("\(name).running_var"))
      var bias: [Double] = []
      for output in 0..<convolution.outputChannels {
        let factor = scale[output] / (variance[output] + 1e-3).squareRoot()
        for index in 0..<fanIn { weights[output * fanIn + index] *= factor }
        bias.append(shift[output] - mean[output] * factor)
      }
      return (weights, bias)
    }
    var result: [String: [Float]] = [:]
    func put(_ name: String, _ folded: (weights: [Double], bias: [Double])) {
      result["\(name).weight"] = folded.weights.map { Float($0) }
      result["\(name).bias"] = folded.bias.map { Float($0) }
    }
    var merged = Set<Int>()
    for node in graph.nodes {
      guard let pair = graph.reparameterisedPair(at: node) else { continue }
      merged.formUnion(pair)
      let parts = pair.compactMap { id -> (weights: [Double], bias: [Double])? in
        guard case .convolution(let convolution) = graph.nodes[id].operation else { return nil }
        return fold(convolution)
      }
      var sum = parts[0]
      for index in parts[1].weights.indices { sum.weights[index * 9 + 4] += parts[1].weights[index] }
      for index in sum.bias.indices { sum.bias[index] += parts[1].bias[index] }
      put("\(node.name).conv", sum)
    }
    for (node, convolution) in graph.convolutions where !merged.contains(node.id) {
      put(convolution.parameters, fold(convolution))
    }
    return result
  }

  /// The fixtures' image, 1 × 3 × height × width, 0…1.
  public static func image(height: Int, width: Int) -> [Float] {
    let pixels = Stream("input.pixel"), blocks = Stream("input.block")
    let rows = (height + 15) / 16, columns = (width + 15) / 16
    var values: [Float] = []
    for channel in 0..<3 {
      for y in 0..<height {
        for x in 0..<width {
          let block = blocks.unit((channel * rows + y / 16) * columns + x / 16)
          let pixel = pixels.unit((channel * height + y) * width + x)
          values.append(Float(0.75 * block + 0.25 * pixel))
        }
      }
    }
    return values
  }
}
