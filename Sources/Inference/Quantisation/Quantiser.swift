package import GELAN

/// Quantises a network to int8 with the scales of a calibration.
package struct Quantiser {
  /// Scale of each group of tensors, and the method that found it.
  package let scales: [String: (scale: Quantisation.Scale, method: RangeMethod)]
  private let calibration: Calibration
  private let keepsWeights: Bool
  /// Step sizes, rounded weights and corrected bias of each convolution that can run in int8.
  private let rounded: [String: (steps: [Float], weight: WeightTensor, bias: [Float])]

  /// A quantiser for the model of `calibration`.
  ///
  /// - Parameter keepsWeights: whether models keep the original weights, so that f32 and bf16 give the same results
  ///   as before.
  package init(_ calibration: Calibration, keepsWeights: Bool = false) {
    self.calibration = calibration
    self.keepsWeights = keepsWeights
    scales = calibration.scales()
    let model = calibration.model
    var rounded: [String: (steps: [Float], weight: WeightTensor, bias: [Float])] = [:]
    for (node, convolution) in model.graph.quantisable {
      let name = convolution.parameters
      guard let weight = model.weights["\(name).weight"], let bias = model.weights["\(name).bias"] else { continue }
      let steps = Self.steps(of: weight)
      let nearest = weight.rounded(by: steps)
      let means = calibration.means(of: node.inputs[0])
      rounded[name] = (
        steps, nearest, Self.corrected(bias.values, convolution, weight.values, nearest.values, means: means)
      )
    }
    self.rounded = rounded
  }

  /// Convolutions that can run in int8, by their parameters.
  package var layers: [String] { calibration.model.graph.quantisable.map(\.convolution.parameters) }

  /// The model with all of `layers` in int8 except `kept`.
  package func model(keeping kept: Set<String> = []) -> InferenceModel {
    model(quantising: Set(layers).subtracting(kept))
  }

  /// The model with only `layers` in int8.
  package func model(quantising layers: Set<String>) -> InferenceModel {
    var model = calibration.model
    var weights = model.weights
    var quantisation = Quantisation()
    quantisation.keepsWeights = keepsWeights
    for name in layers {
      guard let part = rounded[name] else { continue }
      if keepsWeights {
        quantisation.biases[name] = part.bias
      } else {
        weights["\(name).weight"] = part.weight
        weights["\(name).bias"]?.values = part.bias
      }
      quantisation.weights[name] = part.steps
    }
    let owners = model.graph.scaleOwners
    for (node, convolution) in model.graph.quantisable
    where node.inputs[0] != 0 && quantisation.weights[convolution.parameters] != nil {
      let owner = model.graph.nodes[owners[node.inputs[0]]].name
      quantisation.activations[owner] = scales[owner]?.scale
    }
    model = model.with(weights: weights)
    model.quantisation = quantisation
    return model
  }

  /// Step size of each output channel: the one of several ranges with the least squared error.
  private static func steps(of weight: WeightTensor) -> [Float] {
    let count = weight.values.count / weight.shape[0], limit = Float(Quantisation.weightLimit)
    return (0..<weight.shape[0]).map { channel in
      let values = weight.values[(channel * count)..<((channel + 1) * count)]
      let largest = max(values.reduce(0) { max($0, abs($1)) }, 1e-9)
      var best = (step: largest / limit, error: Float.infinity)
      for part in stride(from: Float(1), through: 0.7, by: -0.03) {
        let step = largest * part / limit
        var error: Float = 0
        for value in values {
          let difference = value - min(max((value / step).rounded(), -limit), limit) * step
          error += difference * difference
        }
        if error < best.error { best = (step, error) }
      }
      return best.step
    }
  }

  /// `bias` minus the mean error of rounding the weights: the difference of the weights times the mean of the channel
  /// they read.
  private static func corrected(
    _ bias: [Float], _ convolution: Graph.Convolution, _ weights: [Float], _ rounded: [Float], means: [Float]?
  ) -> [Float] {
    guard let means else { return bias }
    let area = convolution.window.kernel * convolution.window.kernel
    let inputs = convolution.inputChannels / convolution.groups
    let perGroup = convolution.outputChannels / convolution.groups
    return bias.enumerated().map { output, value in
      var shift = 0.0
      for input in 0..<inputs {
        let mean = Double(means[output / perGroup * inputs + input])
        for tap in 0..<area {
          let index = (output * inputs + input) * area + tap
          shift += Double(rounded[index] - weights[index]) * mean
        }
      }
      return value - Float(shift)
    }
  }
}
