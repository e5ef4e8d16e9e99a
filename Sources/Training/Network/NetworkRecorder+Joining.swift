import GELAN
import OneDNN

/// Sums, concatenations and slices of feature maps.
extension NetworkRecorder {
  mutating func forwardSum(_ node: Graph.Node, _ activation: Graph.Activation) throws(OneDNNError) -> Tape.SymbolID {
    let sum = try added(node.inputs.map { values[$0] }, node)
    let (result, keep) = try forwardActivation(activation, of: sum, node)
    kept[node.id] = .sum(keep)
    return result
  }

  /// The gradient of each operand is the gradient of the sum.
  mutating func backwardSum(
    _ node: Graph.Node, _ activation: Graph.Activation, _ gradient: Tape.SymbolID
  ) throws(OneDNNError) {
    guard case .sum(let keep) = kept[node.id] else { return }
    let before = try backwardActivation(activation, keep, gradient, node)
    for input in node.inputs { add(before, to: input) }
  }

  mutating func forwardConcatenation(_ node: Graph.Node) throws(OneDNNError) -> Tape.SymbolID {
    try concatenated(node.inputs.map { values[$0] }, node)
  }

  /// The gradient of each operand is its channels of the result's gradient.
  mutating func backwardConcatenation(_ node: Graph.Node, _ gradient: Tape.SymbolID) throws(OneDNNError) {
    var start = 0
    for input in node.inputs {
      let range = start..<start + graph.nodes[input].channels
      let part = tape.symbol(try layout(graph.nodes[input]))
      try extract(gradient, range, into: part, name: node.name)
      add(part, to: input)
      start = range.upperBound
    }
  }

  mutating func forwardSlice(_ node: Graph.Node, _ range: Range<Int>) throws(OneDNNError) -> Tape.SymbolID {
    let result = tape.symbol(try layout(node))
    try extract(values[node.inputs[0]], range, into: result, name: node.name)
    return result
  }

  /// The gradient covers some channels of the operand; other consumers contribute the others.
  mutating func backwardSlice(_ node: Graph.Node, _ range: Range<Int>, _ gradient: Tape.SymbolID) {
    contributions[node.inputs[0]].append(Contribution(symbol: gradient, channels: range))
  }

  /// The sum of maps of the size of `node`.
  mutating func added(_ symbols: [Tape.SymbolID], _ node: Graph.Node) throws(OneDNNError) -> Tape.SymbolID {
    let destination = try layout(node)
    let primitive = try Primitive.sum(symbols.map { tape.layout($0) }, destination: destination, on: engine)
    return try run(primitive, over: symbols, node)
  }

  /// Concatenates maps along the channels, which are those of `node`.
  mutating func concatenated(_ symbols: [Tape.SymbolID], _ node: Graph.Node) throws(OneDNNError) -> Tape.SymbolID {
    let destination = try layout(node)
    let primitive = try Primitive.concatenation(symbols.map { tape.layout($0) }, destination: destination, on: engine)
    return try run(primitive, over: symbols, node)
  }

  private mutating func run(
    _ primitive: Primitive, over symbols: [Tape.SymbolID], _ node: Graph.Node
  ) throws(OneDNNError) -> Tape.SymbolID {
    let result = tape.symbol(try layout(node))
    var operands: [(role: Primitive.Argument, symbol: Tape.SymbolID)] = [(.destination, result)]
    for (index, symbol) in symbols.enumerated() { operands.append((.sources(index), symbol)) }
    try tape.run(primitive, operands, name: node.name)
    return result
  }

  /// Copies channels of `source` into a separate tensor. Blocks cannot be split, so a range that does not start at a
  /// block goes through plain order.
  mutating func extract(
    _ source: Tape.SymbolID, _ range: Range<Int>, into destination: Tape.SymbolID, name: String
  ) throws(OneDNNError) {
    var whole = source
    if range.lowerBound % block != 0 || (range.count % block != 0 && range.upperBound != tape.layout(source).shape[1]) {
      whole = tape.symbol(try TensorLayout(tape.layout(source).shape))
      try tape.copy(source, to: whole, name: name)
    }
    let part = tape.view(whole, try tape.layout(whole).channels(range))
    try tape.copy(part, to: destination, name: name)
  }
}
