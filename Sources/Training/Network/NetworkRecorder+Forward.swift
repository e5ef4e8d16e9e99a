import GELAN
import OneDNN

extension NetworkRecorder {
  /// Records the forward pass of every node.
  mutating func recordForward() throws(OneDNNError) {
    for node in graph.nodes {
      switch node.operation {
      case .picture: values.append(tape.symbol(fixed: picture))
      case .convolution(let convolution): try forward(node, convolution)
      case .sum(let activation): try forwardSum(node, activation)
      case .concatenation:
        var sources: [TensorLayout] = []
        for input in node.inputs { sources.append(tape.layout(values[input])) }
        let result = tape.symbol(try layout(node))
        let primitive = try Primitive.concatenation(sources, destination: try layout(node), on: engine)
        var operands: [(role: Primitive.Argument, symbol: Tape.SymbolID)] = [(.destination, result)]
        for (index, input) in node.inputs.enumerated() { operands.append((.sources(index), values[input])) }
        try tape.run(primitive, operands, name: node.name)
        values.append(result)
      case .slice(let range):
        let result = tape.symbol(try layout(node))
        try extract(values[node.inputs[0]], range, into: result, name: node.name)
        values.append(result)
      case .maxPool(let window): try forwardPool(node, .maximum, window)
      case .averagePool(let window): try forwardPool(node, .average, window)
      case .upsample:
        let source = values[node.inputs[0]]
        let result = tape.symbol(try layout(node))
        let primitive = try Primitive.resampling(
          source: tape.layout(source), destination: tape.layout(result), isTraining: isTraining, on: engine)
        kept[node.id] = Kept(resampling: primitive)
        try tape.run(primitive, [(.source, source), (.destination, result)], name: node.name)
        values.append(result)
      }
    }
  }

  private mutating func forward(_ node: Graph.Node, _ convolution: Graph.Convolution) throws(OneDNNError) {
    let order = order(of: convolution)
    var source = values[node.inputs[0]]
    if order != format { source = try ordered(source, order, name: node.name) }
    let destination = try layout(node, in: order)
    let weightLayout = try TensorLayout(weightShape(convolution))
    let window = SlidingWindow(convolution.window)
    let hasBias = convolution.normalisation == nil
    let channels = try TensorLayout([convolution.outputChannels])
    let fuses: [PostOperation] =
      switch (isTraining, convolution.activation) {
      case (false, .silu): [.silu]
      case (false, .relu): [.relu]
      default: []
      }
    let primitive = try Primitive.convolution(
      source: tape.layout(source), weights: try TensorLayout(weightLayout.shape, .f32, .any),
      bias: hasBias ? channels : nil, destination: destination, window: window, then: fuses,
      isTraining: isTraining, on: engine)
    var convolved = tape.symbol(destination)
    var keep = Kept(convolution: primitive)
    if try !recordConvolution(convolution, .forward, at: node, from: source, into: convolved, name: node.name) {
      let weights = try ordered(convolution, as: try primitive.layout(.weights))
      keep.weights = weights
      var operands: [(role: Primitive.Argument, symbol: Tape.SymbolID)] = [
        (.source, source), (.weights, weights), (.destination, convolved),
      ]
      if hasBias {
        let bias = try parameter(
          "\(convolution.parameters).bias", shape: [convolution.outputChannels], in: parameters)
        operands.append((.bias, bias))
      }
      try tape.run(primitive, operands, name: node.name)
    }
    if order != format { convolved = try ordered(convolved, format, name: node.name) }
    keep.convolved = convolved
    var result = convolved
    var rest = convolution.activation
    if let normalisation = convolution.normalisation {
      result = try forwardNormalisation(node, normalisation, rest, convolved, &keep)
      if rest == .silu { rest = .none }
    }
    if isTraining { result = try forwardActivation(rest, of: result, node, &keep) }
    kept[node.id] = keep
    values.append(result)
  }

  /// The weights of `convolution` in the order a primitive wants.
  mutating func ordered(
    _ convolution: Graph.Convolution, as wanted: TensorLayout
  ) throws(OneDNNError) -> Tape.SymbolID {
    let name = "\(convolution.parameters).weight"
    let master = try parameter(name, shape: weightShape(convolution), in: parameters)
    guard tape.layout(master) != wanted else { return master }
    let ordered = tape.symbol(wanted)
    try tape.copy(master, to: ordered, name: name)
    return ordered
  }

  /// Normalisation and the activation behind it, as one step.
  private mutating func forwardNormalisation(
    _ node: Graph.Node, _ name: String, _ activation: Graph.Activation, _ source: Tape.SymbolID, _ keep: inout Kept
  ) throws(OneDNNError) -> Tape.SymbolID {
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
    keep.normalisation = normalisation
    keep.mean = mean
    keep.variance = variance
    return result
  }

  private mutating func forwardActivation(
    _ activation: Graph.Activation, of source: Tape.SymbolID, _ node: Graph.Node, _ keep: inout Kept
  ) throws(OneDNNError) -> Tape.SymbolID {
    guard let kind = ElementwiseKind(activation) else { return source }
    let primitive = try Primitive.elementwise(kind, try layout(node), isTraining: isTraining, on: engine)
    let result = tape.symbol(try layout(node))
    try tape.run(primitive, [(.source, source), (.destination, result)], name: "\(node.name) activation")
    keep.activation = primitive
    keep.activated = source
    return result
  }

  private mutating func forwardSum(_ node: Graph.Node, _ activation: Graph.Activation) throws(OneDNNError) {
    var sources: [TensorLayout] = []
    for input in node.inputs { sources.append(tape.layout(values[input])) }
    let primitive = try Primitive.sum(sources, destination: try layout(node), on: engine)
    let sum = tape.symbol(try layout(node))
    var operands: [(role: Primitive.Argument, symbol: Tape.SymbolID)] = [(.destination, sum)]
    for (index, input) in node.inputs.enumerated() { operands.append((.sources(index), values[input])) }
    try tape.run(primitive, operands, name: node.name)
    var keep = Kept()
    values.append(try forwardActivation(activation, of: sum, node, &keep))
    kept[node.id] = keep
  }

  private mutating func forwardPool(
    _ node: Graph.Node, _ kind: PoolingKind, _ window: Graph.Window
  ) throws(OneDNNError) {
    let source = values[node.inputs[0]]
    let result = tape.symbol(try layout(node))
    let primitive = try Primitive.pooling(
      kind, source: tape.layout(source), destination: tape.layout(result), window: SlidingWindow(window),
      isTraining: isTraining, on: engine)
    var operands: [(role: Primitive.Argument, symbol: Tape.SymbolID)] = [(.source, source), (.destination, result)]
    var keep = Kept(pooling: primitive)
    if isTraining, kind == .maximum {
      let workspace = tape.symbol(try primitive.layout(.workspace))
      operands.append((.workspace, workspace))
      keep.workspace = workspace
    }
    kept[node.id] = keep
    try tape.run(primitive, operands, name: node.name)
    values.append(result)
  }

  /// Copies the raw maps of `head` out in plain order.
  mutating func recordHead(_ head: Graph.Head, into tensors: [HeadTensor]) throws(OneDNNError) {
    let boxes = 4 * head.bins
    for (level, tensor) in zip(head.levels, tensors) {
      let whole = tape.symbol(fixed: tensor.memory)
      let layout = tensor.memory.layout
      try tape.copy(
        values[level.boxes], to: tape.view(whole, try layout.channels(0..<boxes)), name: "head \(level.stride)")
      try tape.copy(
        values[level.classes], to: tape.view(whole, try layout.channels(boxes..<boxes + head.classCount)),
        name: "head \(level.stride)")
    }
  }
}

extension SlidingWindow {
  init(_ window: Graph.Window) {
    self.init(kernel: window.kernel, stride: window.stride, padding: window.padding)
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
