import GELAN
import OneDNN

/// Pooling and upsampling.
extension NetworkRecorder {
  /// Max-pooling records the position of each maximum in a workspace.
  mutating func forwardPool(
    _ node: Graph.Node, _ kind: PoolingKind, _ window: Graph.Window
  ) throws(OneDNNError) -> Tape.SymbolID {
    let source = values[node.inputs[0]]
    let result = tape.symbol(try layout(node))
    let primitive = try Primitive.pooling(
      kind, source: tape.layout(source), destination: tape.layout(result), window: SlidingWindow(window),
      isTraining: isTraining, on: engine)
    var operands: [(role: Primitive.Argument, symbol: Tape.SymbolID)] = [(.source, source), (.destination, result)]
    var workspace: Tape.SymbolID?
    if isTraining, kind == .maximum {
      let places = tape.symbol(try primitive.layout(.workspace))
      operands.append((.workspace, places))
      workspace = places
    }
    kept[node.id] = .pooling(primitive, workspace: workspace)
    try tape.run(primitive, operands, name: node.name)
    return result
  }

  mutating func backwardPool(
    _ node: Graph.Node, _ kind: PoolingKind, _ window: Graph.Window, _ gradient: Tape.SymbolID
  ) throws(OneDNNError) {
    guard case .pooling(let forward, let workspace) = kept[node.id] else { return }
    let input = graph.nodes[node.inputs[0]]
    let result = tape.symbol(try layout(input))
    let primitive = try Primitive.poolingGradient(
      kind, source: tape.layout(result), destination: try layout(node), window: SlidingWindow(window),
      forward: forward, on: engine)
    var operands: [(role: Primitive.Argument, symbol: Tape.SymbolID)] = [
      (.destinationGradient, gradient), (.sourceGradient, result),
    ]
    if let workspace { operands.append((.workspace, workspace)) }
    try tape.run(primitive, operands, name: node.name)
    add(result, to: input.id)
  }

  mutating func forwardUpsample(_ node: Graph.Node) throws(OneDNNError) -> Tape.SymbolID {
    let source = values[node.inputs[0]]
    let result = tape.symbol(try layout(node))
    let primitive = try Primitive.resampling(
      source: tape.layout(source), destination: tape.layout(result), isTraining: isTraining, on: engine)
    kept[node.id] = .resampling(primitive)
    try tape.run(primitive, [(.source, source), (.destination, result)], name: node.name)
    return result
  }

  mutating func backwardUpsample(_ node: Graph.Node, _ gradient: Tape.SymbolID) throws(OneDNNError) {
    guard case .resampling(let forward) = kept[node.id] else { return }
    let input = graph.nodes[node.inputs[0]]
    let result = tape.symbol(try layout(input))
    let primitive = try Primitive.resamplingGradient(
      source: tape.layout(result), destination: try layout(node), forward: forward, on: engine)
    try tape.run(primitive, [(.destinationGradient, gradient), (.sourceGradient, result)], name: node.name)
    add(result, to: input.id)
  }
}

extension SlidingWindow {
  init(_ window: Graph.Window) {
    self.init(kernel: window.kernel, stride: window.stride, padding: window.padding)
  }
}
