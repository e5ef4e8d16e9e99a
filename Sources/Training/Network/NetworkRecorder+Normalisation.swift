import GELAN
import OneDNN

/// What the gradient of a batch normalisation needs from the forward pass: the input and its batch statistics.
struct KeptNormalisation {
  let computation: Normalisation
  let source, mean, variance: Tape.SymbolID
}

/// Batch normalisation and the activation behind it.
extension NetworkRecorder {
  /// Batch normalisation and the activation behind it, as one step.
  mutating func forwardNormalisation(
    _ node: Graph.Node, _ name: String, _ activation: Graph.Activation, _ source: Tape.SymbolID
  ) throws(OneDNNError) -> (result: Tape.SymbolID, kept: KeptNormalisation) {
    let size = sizes[node.id]
    let normalisation = Normalisation(
      shape: [batch, node.channels, size.height, size.width], block: format == .blocked16 ? 16 : 8,
      activates: activation == .silu)
    let vector = try TensorLayout([Normalisation.paddedCount(node.channels)])
    let statistic = Statistic(
      name: name, mean: try TensorMemory(vector, on: engine), variance: try TensorMemory(vector, on: engine),
      sampleCount: batch * size.height * size.width, step: tape.steps.count)
    statistics.append(statistic)
    let mean = tape.symbol(fixed: statistic.mean), variance = tape.symbol(fixed: statistic.variance)
    let result = tape.symbol(try layout(node))
    let scale = try parameter("\(name).weight", shape: [node.channels], in: parameters)
    let shift = try parameter("\(name).bias", shape: [node.channels], in: parameters)
    unsafe tape.run(
      "normalisation", on: [source, scale, shift, result, mean, variance], name: "\(node.name) normalisation"
    ) {
      unsafe normalisation.forward(
        source: $0[0], scale: $0[1], shift: $0[2], target: $0[3], mean: $0[4], variance: $0[5])
    }
    return (result, KeptNormalisation(computation: normalisation, source: source, mean: mean, variance: variance))
  }

  mutating func backwardNormalisation(
    _ node: Graph.Node, _ name: String, _ keep: KeptNormalisation, _ gradient: Tape.SymbolID,
    into gradients: FloatBuffer
  ) throws(OneDNNError) -> Tape.SymbolID {
    let result = tape.symbol(try layout(node))
    let shape = [node.channels]
    let operands = [
      keep.source, try parameter("\(name).weight", shape: shape, in: parameters),
      try parameter("\(name).bias", shape: shape, in: parameters), keep.mean, keep.variance, gradient, result,
      try parameter("\(name).weight", shape: shape, in: gradients),
      try parameter("\(name).bias", shape: shape, in: gradients),
    ]
    let normalisation = keep.computation
    unsafe tape.run("normalisation", on: operands, name: "\(node.name) normalisation") {
      unsafe normalisation.backward(
        source: $0[0], scale: $0[1], shift: $0[2], mean: $0[3], variance: $0[4], outer: $0[5], inner: $0[6],
        scaleGradient: $0[7], shiftGradient: $0[8])
    }
    return result
  }
}
