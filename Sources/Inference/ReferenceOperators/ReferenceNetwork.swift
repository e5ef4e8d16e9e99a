import GELAN

/// A graph computed node by node with the reference operators: what a compiled network must give.
///
/// It runs graphs as they are defined, with batch normalisation, parallel branches and auxiliary branch, and folded ones.
/// With a quantisation every result that shall be whole numbers becomes the value that the nearest number stands for:
/// products and sums of such values are those of the numbers, times their steps.
struct ReferenceNetwork {
  let graph: Graph
  let parameters: ParameterLookup
  var quantisation: Quantisation?

  /// The result of every node for a `picture` with values 0…1, by the node's number.
  func run(_ picture: ReferenceMap) throws(InferenceError) -> [ReferenceMap] {
    let scales = storedScales
    var results: [ReferenceMap] = []
    for node in graph.nodes {
      let result = node.inputs.isEmpty ? picture : try result(of: node, from: node.inputs.map { results[$0] })
      results.append(scales[node.id].map { result.mapped($0.rounded) } ?? result)
    }
    return results
  }

  /// The scale of each node's result where it stands in memory as whole numbers; a convolution that ends in an addition
  /// leaves none before it.
  var storedScales: [Quantisation.Scale?] {
    var scales = quantisation?.scales(of: graph) ?? graph.nodes.map { _ in nil }
    for node in graph.nodes {
      if let sum = graph.fusedSum(at: node) { scales[sum.convolution] = nil }
    }
    return scales
  }

  /// What `node` makes of its operands, before it is rounded.
  func result(of node: Graph.Node, from inputs: [ReferenceMap]) throws(InferenceError) -> ReferenceMap {
    switch node.operation {
    case .picture: inputs[0]
    case .convolution(let convolution): try convolve(inputs[0], convolution)
    case .sum(let activation): ReferenceMap.summed(inputs).activated(activation)
    case .concatenation: ReferenceMap.concatenated(inputs)
    case .slice(let range): inputs[0].sliced(range)
    case .maxPool(let window): inputs[0].maximumPooled(window)
    case .averagePool(let window): inputs[0].averagePooled(window)
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
