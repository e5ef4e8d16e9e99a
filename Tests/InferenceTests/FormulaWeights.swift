import GELAN

/// Weights made by the formula of the reference fixtures: every size of network without a weight file.
struct FormulaWeights {
  var gain = 1.72

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

  /// Weights and biases of `network` folded, made from its unfolded ones; names are those of the folded graph.
  func folded(_ graph: Graph) -> [String: [Float]] {
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

  private func fold(_ convolution: Graph.Convolution) -> (weights: [Double], bias: [Double]) {
    let weightName = "\(convolution.parameters).weight"
    let stream = Stream(weightName)
    let fanIn = convolution.weightShape[1...].reduce(1, *)
    let isLast = convolution.normalisation == nil
    let isCross = isLast && convolution.parameters.hasSuffix(".conv")
    let gain = weightName.contains(".m.") ? 1 : isCross ? 0.6 : isLast ? 2.5 : self.gain
    var weights: [Double] = []
    for output in 0..<convolution.outputChannels {
      let values = (0..<fanIn).map { stream[output * fanIn + $0] }
      let mean = values.reduce(0, +) / Double(fanIn)
      weights += values.map { Double(Float(($0 - 0.9 * mean) * gain * (3 / Double(fanIn)).squareRoot())) }
    }
    guard let normalisation = convolution.normalisation else {
      let bias = Stream("\(convolution.parameters).bias")
      return (weights, (0..<convolution.outputChannels).map { Double(Float(0.3 * bias[$0])) })
    }
    let names = ["weight", "bias", "running_mean", "running_var"].map { Stream("\(normalisation).\($0)") }
    var biases: [Double] = []
    for output in 0..<convolution.outputChannels {
      let scale = Double(Float(1 + 0.2 * names[0][output])), shift = Double(Float(0.3 * names[1][output]))
      let mean = Double(Float(0.2 * names[2][output])), variance = Double(Float(1 + 0.25 * names[3][output]))
      let factor = scale / (variance + 1e-3).squareRoot()
      for index in 0..<fanIn { weights[output * fanIn + index] *= factor }
      biases.append(shift - mean * factor)
    }
    return (weights, biases)
  }

  /// The fixtures' picture, 1 × 3 × height × width, 0…1.
  static func picture(height: Int, width: Int) -> [Float] {
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
