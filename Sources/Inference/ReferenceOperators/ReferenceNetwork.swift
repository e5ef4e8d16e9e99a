import GELAN

/// A graph computed node by node with the reference operators: what a compiled network must give.
///
/// It runs graphs as they are defined, with batch normalisation, parallel branches and auxiliary branch, and folded ones.
struct ReferenceNetwork {
  let graph: Graph
  let parameters: ParameterLookup

  /// The result of every node for a `picture` with values 0…1, by the node's number.
  func run(_ picture: ReferenceMap) throws(InferenceError) -> [ReferenceMap] {
    var results: [ReferenceMap] = []
    for node in graph.nodes {
      let inputs = node.inputs.map { results[$0] }
      switch node.operation {
      case .picture: results.append(picture)
      case .convolution(let convolution): results.append(try convolve(inputs[0], convolution))
      case .sum(let activation): results.append(ReferenceMap.summed(inputs).activated(activation))
      case .concatenation: results.append(ReferenceMap.concatenated(inputs))
      case .slice(let range): results.append(inputs[0].sliced(range))
      case .maxPool(let window): results.append(inputs[0].maximumPooled(window))
      case .averagePool(let window): results.append(inputs[0].averagePooled(window))
      case .upsample(let factor): results.append(inputs[0].upsampled(factor))
      }
    }
    return results
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
