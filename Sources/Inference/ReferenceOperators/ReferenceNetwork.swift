import GELAN

/// Computes a graph node by node with the reference operators: the expected result of a compiled network.
///
/// It runs graphs as defined (with batch normalisation, parallel branches and auxiliary branch) and folded graphs.
/// With a quantisation, every int8 result is quantised and dequantised: products and sums of such values equal those
/// of the integers times their step sizes.
struct ReferenceNetwork {
  let graph: Graph
  let parameters: ParameterLookup
  var quantisation: Quantisation?

  /// The results of all nodes, by index, for an `image` with values 0…1.
  func run(_ image: ReferenceMap) throws(InferenceError) -> [ReferenceMap] {
    let scales = storedScales
    var results: [ReferenceMap] = []
    for node in graph.nodes {
      let result = node.inputs.isEmpty ? image : try result(of: node, from: node.inputs.map { results[$0] })
      results.append(scales[node.id].map { result.mapped($0.rounded) } ?? result)
    }
    return results
  }

  /// Scales of the results that are stored as int8; the convolution in a fused addition stores none.
  var storedScales: [Quantisation.Scale?] {
    var scales = quantisation?.scales(of: graph) ?? graph.nodes.map { _ in nil }
    for node in graph.nodes {
      if let sum = graph.fusedSum(at: node) { scales[sum.convolution] = nil }
    }
    return scales
  }

  /// The result of `node` before quantisation.
  func result(of node: Graph.Node, from inputs: [ReferenceMap]) throws(InferenceError) -> ReferenceMap {
    switch node.operation {
    case .input: inputs[0]
    case .convolution(let convolution): try convolve(inputs[0], convolution)
    case .sum(let activation): ReferenceMap.summed(inputs).activated(activation)
    case .concatenation: ReferenceMap.concatenated(inputs)
    case .slice(let range): inputs[0].sliced(range)
    case .maxPool(let window): inputs[0].maximumPooled(window)
    case .averagePool(let window): inputs[0].averagePooled(window)
    case .attention(let attention): inputs[0].attended(attention)
    case .upsample(let factor): inputs[0].upsampled(factor)
    }
  }

  private func convolve(_ input: ReferenceMap, _ convolution: Graph.Convolution) throws(InferenceError) -> ReferenceMap
  {
    let weights = try values("\(convolution.parameters).weight")
    guard let name = convolution.normalisation else {
      let bias = try values("\(convolution.parameters).bias")
      return input.convolved(weights, bias: bias, window: convolution.window, groups: convolution.groups)
        .activated(convolution.activation)
    }
    let normalisation = BatchNormalisation(
      scale: try values("\(name).weight"), shift: try values("\(name).bias"),
      mean: try values("\(name).running_mean"), variance: try values("\(name).running_var"))
    return input.convolved(weights, bias: [], window: convolution.window, groups: convolution.groups)
      .normalised(normalisation).activated(convolution.activation)
  }

  private func values(_ name: String) throws(InferenceError) -> [Float] {
    guard let values = parameters(name) else { throw InferenceError(.weights, "the weights have no \(name)") }
    return values
  }
}
