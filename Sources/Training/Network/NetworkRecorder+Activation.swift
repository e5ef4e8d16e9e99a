import GELAN
import OneDNN

/// What the gradient of an activation needs from the forward pass: the primitive and its input.
struct KeptActivation {
  let primitive: Primitive
  let source: Tape.SymbolID
}

/// Activations behind sums and behind convolutions without batch normalisation.
extension NetworkRecorder {
  mutating func forwardActivation(
    _ activation: Graph.Activation, of source: Tape.SymbolID, _ node: Graph.Node
  ) throws(OneDNNError) -> (result: Tape.SymbolID, kept: KeptActivation?) {
    guard let kind = ElementwiseKind(activation) else { return (source, nil) }
    let primitive = try Primitive.elementwise(kind, try layout(node), isTraining: isTraining, on: engine)
    let result = tape.symbol(try layout(node))
    try tape.run(primitive, [(.source, source), (.destination, result)], name: "\(node.name) activation")
    return (result, KeptActivation(primitive: primitive, source: source))
  }

  mutating func backwardActivation(
    _ activation: Graph.Activation, _ keep: KeptActivation?, _ gradient: Tape.SymbolID, _ node: Graph.Node
  ) throws(OneDNNError) -> Tape.SymbolID {
    guard let kind = ElementwiseKind(activation), let keep else { return gradient }
    let primitive = try Primitive.elementwiseGradient(kind, try layout(node), forward: keep.primitive, on: engine)
    let result = tape.symbol(try layout(node))
    try tape.run(
      primitive, [(.source, keep.source), (.destinationGradient, gradient), (.sourceGradient, result)],
      name: "\(node.name) activation")
    return result
  }
}

extension ElementwiseKind {
  init?(_ activation: Graph.Activation) {
    switch activation {
    case .none: return nil
    case .silu: self = .silu
    case .relu: self = .relu
    }
  }
}
