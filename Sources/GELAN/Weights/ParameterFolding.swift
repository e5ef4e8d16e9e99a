/// Batch normalisation with running statistics: scale, shift, mean and variance per channel.
package struct BatchNormalisation: Hashable, Sendable {
  /// Added to the variance under the root; 10⁻³ in all published networks.
  package static let epsilon: Float = 1e-3
  /// Names of its tensors, in the order of `init`.
  package static let tensorNames = ["weight", "bias", "running_mean", "running_var"]

  /// Factor per channel (γ).
  package var scale: [Float]
  /// Offset per channel (β).
  package var shift: [Float]
  /// Running mean per channel.
  package var mean: [Float]
  /// Running variance per channel.
  package var variance: [Float]

  /// A normalisation; the arrays have one entry per channel.
  package init(scale: [Float], shift: [Float], mean: [Float], variance: [Float]) {
    precondition(
      scale.count == shift.count && scale.count == mean.count && scale.count == variance.count, "one entry per channel")
    self.scale = scale
    self.shift = shift
    self.mean = mean
    self.variance = variance
  }
}

/// Weights and bias of a folded convolution; the weights are `out × in/groups × kernel × kernel`.
package struct FoldedParameters: Hashable, Sendable {
  /// Weights.
  package var weight: WeightTensor
  /// One value per output channel.
  package var bias: [Float]

  /// Folds `normalisation` into the convolution `weight`, which has no bias. With `k = γ/√(var+ε)` the weights become
  /// `W·k` and the bias `β − mean·k`, per output channel.
  package init(weight: WeightTensor, normalisation: BatchNormalisation) {
    precondition(weight.shape.first == normalisation.scale.count, "one normalised channel per filter")
    var folded = weight
    var bias = normalisation.shift
    let filter = weight.values.count / max(normalisation.scale.count, 1)
    for channel in normalisation.scale.indices {
      let factor =
        normalisation.scale[channel] / (normalisation.variance[channel] + BatchNormalisation.epsilon).squareRoot()
      for index in (channel * filter)..<((channel + 1) * filter) { folded.values[index] *= factor }
      bias[channel] -= normalisation.mean[channel] * factor
    }
    self.init(weight: folded, bias: bias)
  }

  /// Weights and bias without folding.
  package init(weight: WeightTensor, bias: [Float]) {
    self.weight = weight
    self.bias = bias
  }

  /// Merges a parallel 1×1 convolution into this 3×3 one (RepConvN): its kernel is added to the centre tap.
  package mutating func merge(pointwise other: FoldedParameters) {
    precondition(
      weight.values.count == 9 * other.weight.values.count && bias.count == other.bias.count, "3×3 beside 1×1")
    for (index, value) in other.weight.values.enumerated() { weight.values[9 * index + 4] += value }
    for (index, value) in other.bias.enumerated() { bias[index] += value }
  }
}

extension Graph {
  /// The weights of `folded`, computed from this graph's tensors by state-dict name.
  ///
  /// - Parameter tensor: returns a tensor of the given shape, or throws.
  package func foldedWeights(
    from tensor: (_ name: String, _ shape: [Int]) throws(ModelError) -> WeightTensor
  ) throws(ModelError) -> WeightStore {
    var store = WeightStore()
    func parameters(of convolution: Convolution) throws(ModelError) -> FoldedParameters {
      let weight = try tensor("\(convolution.parameters).weight", convolution.weightShape)
      let vector = [convolution.outputChannels]
      guard let name = convolution.normalisation else {
        return FoldedParameters(weight: weight, bias: try tensor("\(convolution.parameters).bias", vector).values)
      }
      let parts = (
        try tensor("\(name).weight", vector).values, try tensor("\(name).bias", vector).values,
        try tensor("\(name).running_mean", vector).values, try tensor("\(name).running_var", vector).values
      )
      guard parts.3.allSatisfy({ $0 >= 0 }) else {
        throw ModelError(.mismatch, "\(name).running_var: expected variances, file has a negative number")
      }
      return FoldedParameters(
        weight: weight,
        normalisation: BatchNormalisation(scale: parts.0, shift: parts.1, mean: parts.2, variance: parts.3))
    }
    var branches = Set<Node.ID>()
    for node in nodes {
      guard let pair = reparameterisedPair(at: node) else { continue }
      branches.formUnion(pair)
      guard case .convolution(let wide) = nodes[pair[0]].operation,
        case .convolution(let narrow) = nodes[pair[1]].operation
      else { continue }
      var merged = try parameters(of: wide)
      merged.merge(pointwise: try parameters(of: narrow))
      store.add(merged, to: "\(node.name).conv")
    }
    for (node, convolution) in convolutions where !branches.contains(node.id) {
      store.add(try parameters(of: convolution), to: convolution.parameters)
    }
    return store
  }

  /// The inverse of `foldedWeights`, as far as there is one: weights of this graph that fold to `folded`.
  ///
  /// Every batch normalisation is neutral except for the bias it takes over. The 1×1 branch of a merged pair is
  /// disabled by a normalisation of zero; its kernel is left out.
  package func unfoldedWeights(of folded: WeightStore) -> WeightStore {
    var store = WeightStore()
    func set(_ convolution: Convolution, from source: String) {
      store["\(convolution.parameters).weight"] = folded["\(source).weight"]
      let bias = folded["\(source).bias"]
      guard let name = convolution.normalisation else {
        store["\(convolution.parameters).bias"] = bias
        return
      }
      store.add(.neutral(scale: 1, shift: bias?.values ?? []), to: name)
    }
    var branches = Set<Node.ID>()
    for node in nodes {
      guard let pair = reparameterisedPair(at: node), case .convolution(let wide) = nodes[pair[0]].operation,
        case .convolution(let narrow) = nodes[pair[1]].operation
      else { continue }
      branches.formUnion(pair)
      set(wide, from: "\(node.name).conv")
      guard let name = narrow.normalisation else { continue }
      store.add(.neutral(scale: 0, shift: [Float](repeating: 0, count: narrow.outputChannels)), to: name)
    }
    for (node, convolution) in convolutions where !branches.contains(node.id) {
      set(convolution, from: convolution.parameters)
    }
    return store
  }
}

extension BatchNormalisation {
  /// x · `scale` + `shift`.
  fileprivate static func neutral(scale: Float, shift: [Float]) -> BatchNormalisation {
    let vector = [Float](repeating: 0, count: shift.count)
    return BatchNormalisation(
      scale: vector.map { _ in scale }, shift: shift, mean: vector, variance: vector.map { _ in 1 - epsilon })
  }
}

extension WeightStore {
  fileprivate mutating func add(_ parameters: FoldedParameters, to prefix: String) {
    tensors["\(prefix).weight"] = parameters.weight
    tensors["\(prefix).bias"] = WeightTensor(shape: [parameters.bias.count], values: parameters.bias)
  }

  fileprivate mutating func add(_ normalisation: BatchNormalisation, to prefix: String) {
    let vectors = [normalisation.scale, normalisation.shift, normalisation.mean, normalisation.variance]
    for (name, vector) in zip(BatchNormalisation.tensorNames, vectors) {
      tensors["\(prefix).\(name)"] = WeightTensor(shape: [vector.count], values: vector)
    }
  }
}
