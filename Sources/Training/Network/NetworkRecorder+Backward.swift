import GELAN
import OneDNN

extension NetworkRecorder {
  /// Brings the gradient of the raw maps of `head` back into the order of the network.
  mutating func recordHeadGradient(_ head: Graph.Head, from tensors: [HeadTensor]) throws(OneDNNError) {
    let boxes = 4 * head.bins
    for (level, tensor) in zip(head.levels, tensors) {
      let whole = tape.symbol(fixed: tensor.memory)
      let layout = tensor.memory.layout
      for (node, range) in [(level.boxes, 0..<boxes), (level.classes, boxes..<boxes + head.classCount)] {
        let gradient = tape.symbol(tape.layout(values[node]))
        try tape.copy(tape.view(whole, try layout.channels(range)), to: gradient, name: "head \(level.stride)")
        contributions[node].append(Contribution(symbol: gradient, channels: 0..<range.count))
      }
    }
  }

  /// Records the backward pass, last node first. A tensor's gradient is never changed once it is complete, so that one
  /// memory can serve several readers.
  mutating func recordBackward() throws(OneDNNError) {
    for node in graph.nodes.reversed() {
      guard node.id != 0, let gradient = try gathered(node) else { continue }
      switch node.operation {
      case .picture: break
      case .convolution(let convolution): try backward(node, convolution, gradient)
      case .sum(let activation):
        let before = try backwardActivation(activation, gradient, node)
        for input in node.inputs { add(before, to: input) }
      case .concatenation:
        var start = 0
        for input in node.inputs {
          let range = start..<start + graph.nodes[input].channels
          let part = tape.symbol(try layout(graph.nodes[input]))
          try extract(gradient, range, into: part, name: node.name)
          add(part, to: input)
          start = range.upperBound
        }
      case .slice(let range):
        contributions[node.inputs[0]].append(Contribution(symbol: gradient, channels: range))
      case .maxPool(let window): try backwardPool(node, .maximum, window, gradient)
      case .averagePool(let window): try backwardPool(node, .average, window, gradient)
      case .upsample:
        guard let forward = kept[node.id]?.resampling else { continue }
        let input = graph.nodes[node.inputs[0]]
        let result = tape.symbol(try layout(input))
        let primitive = try Primitive.resamplingGradient(
          source: tape.layout(result), destination: try layout(node), forward: forward, on: engine)
        try tape.run(primitive, [(.destinationGradient, gradient), (.sourceGradient, result)], name: node.name)
        add(result, to: input.id)
      }
    }
  }

  private mutating func add(_ symbol: Tape.SymbolID, to node: Graph.Node.ID) {
    guard node != 0 else { return }
    contributions[node].append(Contribution(symbol: symbol, channels: 0..<graph.nodes[node].channels))
  }

  /// The whole gradient of `node`: the sum of what its consumers gave; nothing if no consumer gave any.
  private mutating func gathered(_ node: Graph.Node) throws(OneDNNError) -> Tape.SymbolID? {
    let all = 0..<node.channels
    var whole = contributions[node.id].filter { $0.channels == all }.map(\.symbol)
    // Slices side by side make a whole; each set of slices that tiles the channels becomes one concatenation.
    var parts = contributions[node.id].filter { $0.channels != all }.sorted {
      $0.channels.lowerBound < $1.channels.lowerBound
    }
    while !parts.isEmpty {
      var row: [Contribution] = []
      var rest: [Contribution] = []
      var end = 0
      for part in parts {
        guard part.channels.lowerBound >= end else {
          rest.append(part)
          continue
        }
        if part.channels.lowerBound > end { row.append(try zero(node, end..<part.channels.lowerBound)) }
        row.append(part)
        end = part.channels.upperBound
      }
      if end < node.channels { row.append(try zero(node, end..<node.channels)) }
      let result = tape.symbol(try layout(node))
      var sources: [TensorLayout] = []
      for part in row { sources.append(tape.layout(part.symbol)) }
      let primitive = try Primitive.concatenation(sources, destination: try layout(node), on: engine)
      var operands: [(role: Primitive.Argument, symbol: Tape.SymbolID)] = [(.destination, result)]
      for (index, part) in row.enumerated() { operands.append((.sources(index), part.symbol)) }
      try tape.run(primitive, operands, name: node.name)
      whole.append(result)
      parts = rest
    }
    guard whole.count > 1 else { return whole.first }
    let layouts = [TensorLayout](repeating: try layout(node), count: whole.count)
    let primitive = try Primitive.sum(layouts, destination: try layout(node), on: engine)
    let result = tape.symbol(try layout(node))
    var operands: [(role: Primitive.Argument, symbol: Tape.SymbolID)] = [(.destination, result)]
    for (index, symbol) in whole.enumerated() { operands.append((.sources(index), symbol)) }
    try tape.run(primitive, operands, name: node.name)
    return result
  }

  /// Channels of `node` that no consumer read: memory that stays zero.
  private mutating func zero(_ node: Graph.Node, _ range: Range<Int>) throws(OneDNNError) -> Contribution {
    let size = sizes[node.id]
    let layout = try TensorLayout([batch, range.count, size.height, size.width], .f32, format)
    return Contribution(symbol: tape.symbol(fixed: try TensorMemory(layout, on: engine)), channels: range)
  }

  private mutating func backwardActivation(
    _ activation: Graph.Activation, _ gradient: Tape.SymbolID, _ node: Graph.Node
  ) throws(OneDNNError) -> Tape.SymbolID {
    guard let kind = ElementwiseKind(activation), let keep = kept[node.id], let forward = keep.activation,
      let source = keep.activated
    else { return gradient }
    let primitive = try Primitive.elementwiseGradient(kind, try layout(node), forward: forward, on: engine)
    let result = tape.symbol(try layout(node))
    try tape.run(
      primitive, [(.source, source), (.destinationGradient, gradient), (.sourceGradient, result)],
      name: "\(node.name) activation")
    return result
  }

  private mutating func backward(
    _ node: Graph.Node, _ convolution: Graph.Convolution, _ gradient: Tape.SymbolID
  ) throws(OneDNNError) {
    guard let keep = kept[node.id], let forward = keep.convolution, let gradients else { return }
    var flow = try backwardActivation(convolution.activation, gradient, node)
    if let name = convolution.normalisation, let normalisation = keep.normalisation, let convolved = keep.convolved,
      let mean = keep.mean, let variance = keep.variance
    {
      let result = tape.symbol(try layout(node))
      let shape = [node.channels]
      let operands = [
        convolved, try parameter("\(name).weight", shape: shape, in: parameters),
        try parameter("\(name).bias", shape: shape, in: parameters), mean, variance, flow, result,
        try parameter("\(name).weight", shape: shape, in: gradients),
        try parameter("\(name).bias", shape: shape, in: gradients),
      ]
      unsafe tape.run("normalisation", on: operands, name: "\(node.name) normalisation") {
        unsafe normalisation.backward(
          source: $0[0], scale: $0[1], shift: $0[2], mean: $0[3], variance: $0[4], outer: $0[5], inner: $0[6],
          scaleGradient: $0[7], shiftGradient: $0[8])
      }
      flow = result
    }
    let order = order(of: convolution)
    var source = values[node.inputs[0]]
    if order != format {
      source = try ordered(source, order, name: node.name)
      flow = try ordered(flow, order, name: node.name)
    }
    try backwardWeights(node, convolution, source: source, flow: flow, forward: forward, into: gradients)
    guard node.inputs[0] != 0 else { return }
    let result = tape.symbol(tape.layout(source))
    if try recordConvolution(convolution, .back, at: node, from: flow, into: result, name: "\(node.name) source") {
      add(result, to: node.inputs[0])
      return
    }
    let primitive = try Primitive.convolutionSourceGradient(
      source: tape.layout(source), weights: try TensorLayout(weightShape(convolution), .f32, .any),
      destination: tape.layout(flow), window: SlidingWindow(convolution.window), forward: forward, on: engine)
    let wanted = try primitive.layout(.weights)
    var weights = keep.weights
    if weights.map({ tape.layout($0) != wanted }) != false { weights = try ordered(convolution, as: wanted) }
    guard let weights else { return }
    try tape.run(
      primitive, [(.destinationGradient, flow), (.weights, weights), (.sourceGradient, result)],
      name: "\(node.name) source")
    add(order == format ? result : try ordered(result, format, name: node.name), to: node.inputs[0])
  }

  private mutating func backwardWeights(
    _ node: Graph.Node, _ convolution: Graph.Convolution, source: Tape.SymbolID, flow: Tape.SymbolID,
    forward: Primitive, into gradients: FloatBuffer
  ) throws(OneDNNError) {
    let hasBias = convolution.normalisation == nil
    let primitive = try Primitive.convolutionWeightsGradient(
      source: tape.layout(source), weights: try TensorLayout(weightShape(convolution), .f32, .any),
      bias: hasBias ? try TensorLayout([convolution.outputChannels]) : nil, destination: tape.layout(flow),
      window: SlidingWindow(convolution.window), forward: forward, on: engine)
    let name = "\(convolution.parameters).weight"
    let plain = try parameter(name, shape: weightShape(convolution), in: gradients)
    let made = try primitive.layout(.weightsGradient)
    let result = made == tape.layout(plain) ? plain : tape.symbol(made)
    var operands: [(role: Primitive.Argument, symbol: Tape.SymbolID)] = [
      (.source, source), (.destinationGradient, flow), (.weightsGradient, result),
    ]
    if hasBias {
      operands.append(
        (
          .biasGradient,
          try parameter("\(convolution.parameters).bias", shape: [convolution.outputChannels], in: gradients)
        ))
    }
    try tape.run(primitive, operands, name: "\(node.name) weights")
    if result != plain { try tape.copy(result, to: plain, name: name) }
  }

  private mutating func backwardPool(
    _ node: Graph.Node, _ kind: PoolingKind, _ window: Graph.Window, _ gradient: Tape.SymbolID
  ) throws(OneDNNError) {
    guard let keep = kept[node.id], let forward = keep.pooling else { return }
    let input = graph.nodes[node.inputs[0]]
    let result = tape.symbol(try layout(input))
    let primitive = try Primitive.poolingGradient(
      kind, source: tape.layout(result), destination: try layout(node), window: SlidingWindow(window),
      forward: forward, on: engine)
    var operands: [(role: Primitive.Argument, symbol: Tape.SymbolID)] = [
      (.destinationGradient, gradient), (.sourceGradient, result),
    ]
    if let workspace = keep.workspace { operands.append((.workspace, workspace)) }
    try tape.run(primitive, operands, name: node.name)
    add(result, to: input.id)
  }
}
