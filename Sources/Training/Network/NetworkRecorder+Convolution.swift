import GELAN
import OneDNN

/// What the gradient of a convolution needs from the forward pass: the primitive, the weights in its memory format,
/// and what the normalisation or activation behind it keeps.
struct KeptConvolution {
  let primitive: Primitive
  var weights: Tape.SymbolID?
  var normalisation: KeptNormalisation?
  var activation: KeptActivation?
}

/// Convolutions with what follows them: batch normalisation or bias, and an activation.
extension NetworkRecorder {
  mutating func forward(_ node: Graph.Node, _ convolution: Graph.Convolution) throws(OneDNNError) -> Tape.SymbolID {
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
    var keep = KeptConvolution(primitive: primitive)
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
    var result = convolved
    var rest = convolution.activation
    if let normalisation = convolution.normalisation {
      let (normalised, kept) = try forwardNormalisation(node, normalisation, rest, convolved)
      (result, keep.normalisation) = (normalised, kept)
      if rest == .silu { rest = .none }
    }
    if isTraining {
      let (activated, kept) = try forwardActivation(rest, of: result, node)
      (result, keep.activation) = (activated, kept)
    }
    kept[node.id] = .convolution(keep)
    return result
  }

  mutating func backward(
    _ node: Graph.Node, _ convolution: Graph.Convolution, _ gradient: Tape.SymbolID
  ) throws(OneDNNError) {
    guard case .convolution(let keep) = kept[node.id], let gradients else { return }
    let forward = keep.primitive
    var flow = try backwardActivation(convolution.activation, keep.activation, gradient, node)
    if let name = convolution.normalisation, let normalisation = keep.normalisation {
      flow = try backwardNormalisation(node, name, normalisation, flow, into: gradients)
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

  /// The weights of `convolution` in the memory format of a primitive.
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

  func weightShape(_ convolution: Graph.Convolution) -> [Int] {
    let shape = convolution.weightShape
    guard convolution.groups > 1 else { return shape }
    return [convolution.groups, shape[0] / convolution.groups] + shape[1...]
  }

  /// The memory format for which the library has vectorised code: blocks of 16, unless one side has less than half a
  /// block of channels (such a convolution would fall back to reference code, a hundred times as slow). The three
  /// channels of the image are in plain order, for which there is vectorised code, too.
  func order(of convolution: Graph.Convolution) -> MemoryFormat {
    let isNarrow = min(convolution.inputChannels, convolution.outputChannels) < block && convolution.inputChannels > 3
    return isNarrow && convolution.groups == 1 ? .blocked8 : format
  }
}
