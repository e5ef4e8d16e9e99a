import GELAN
import OneDNN

extension NetworkCompiler {
  /// The `rows` output channels of a convolution, and an addition behind it.
  func compile(
    _ step: NetworkLowering.Step, _ convolution: Graph.Convolution, _ values: (weights: [Float], bias: [Float]),
    rows: Range<Int>, addend: Graph.Node.ID?, takesMeans: Bool
  ) throws(OneDNNError) -> CompiledNetwork.Step {
    let perFilter = convolution.weightCount / convolution.outputChannels
    var values = values
    if rows.count < convolution.outputChannels {
      values.weights = Array(values.weights[(rows.lowerBound * perFilter)..<(rows.upperBound * perFilter)])
      values.bias = Array(values.bias[rows])
    }
    var operands: [CompiledNetwork.Operand] = [
      .tensor(.source, step.inputs[0]), .tensor(.destination, step.output),
    ]
    let kernel: Kernel
    let isPicture = step.inputs[0] == 0
    if let numbers = dotNumbers(step, convolution, rows: rows) {
      kernel = .native(
        try DotConvolution(
          convolution, outputs: rows.count, values: values, numbers: numbers, takesMeans: takesMeans,
          source: placement(step.inputs[0]), destination: placement(step.output), addend: addend.map(placement),
          threads: options.threads, on: engine))
      if let addend { operands.append(.tensor(.postOperation(0), addend)) }
    } else if let scale = lowering.scales[step.inputs[0]] {
      let (primitive, constants, addendArgument) = try wholeNumbers(
        step, convolution, values, rows: rows, from: scale, hasAddend: addend != nil)
      kernel = .primitive(primitive)
      operands += constants
      if let addend { operands.append(.tensor(addendArgument, addend)) }
    } else {
      if isPicture {
        // Pictures come as 0…255; the network was trained on 0…1.
        for index in values.weights.indices { values.weights[index] /= 255 }
      }
      if let method = VectorConvolution.method(
        for: convolution, outputs: rows.count, order: options.resolvedOrder, isPicture: isPicture)
      {
        kernel = .native(
          try VectorConvolution(
            convolution, by: method, outputs: rows.count, values: values, takesMeans: takesMeans,
            source: placement(step.inputs[0]), destination: placement(step.output), addend: addend.map(placement),
            threads: options.threads, on: engine))
        if let addend { operands.append(.tensor(.postOperation(0), addend)) }
      } else {
        let (primitive, constants, addendArgument) = try direct(
          step, convolution, values, outputs: rows.count, hasAddend: addend != nil)
        kernel = .primitive(primitive)
        operands += constants
        if let addend { operands.append(.tensor(addendArgument, addend)) }
      }
    }
    let output = lowering.tensors[step.output]
    return CompiledNetwork.Step(
      name: step.name, kernel: kernel, operands: operands,
      work: 2 * perFilter * rows.count * output.height * output.width)
  }

  /// What dot products of this package compute `step` with; `nil` if they do not.
  private func dotNumbers(
    _ step: NetworkLowering.Step, _ convolution: Graph.Convolution, rows: Range<Int>
  ) -> DotConvolution.Numbers? {
    let arithmetic = lowering.arithmetic
    guard arithmetic.usesDots, case .first(let element) = arithmetic.operands(of: step) else { return nil }
    var numbers = DotConvolution.Numbers(
      destination: lowering.scales[step.output], writes: lowering.elements[step.output])
    if element == .u8, let scale = lowering.scales[step.inputs[0]],
      let steps = arithmetic.quantisation?.weights[convolution.parameters]
    {
      numbers.source = (scale, Array(steps[rows]))
    }
    return numbers
  }

  /// oneDNN's kernel, its packed weights and bias, and where an addend is bound.
  private func direct(
    _ step: NetworkLowering.Step, _ convolution: Graph.Convolution, _ values: (weights: [Float], bias: [Float]),
    outputs: Int, hasAddend: Bool
  ) throws(OneDNNError) -> (Primitive, [CompiledNetwork.Operand], addend: Primitive.Argument) {
    var operations = convolution.activationOperations
    let output = lowering.tensors[step.output]
    let addendArgument = Primitive.Argument.postOperation(operations.count)
    if hasAddend {
      operations.append(
        .add(channels: output.channels, height: output.height, width: output.width, format: format, type: .f32))
    }
    let groups = convolution.groups, kernel = convolution.window.kernel
    let shape =
      groups == 1
      ? [outputs, convolution.inputChannels, kernel, kernel]
      : [groups, outputs / groups, convolution.inputChannels / groups, kernel, kernel]
    let biasLayout = try TensorLayout([outputs])
    let primitive = try Primitive.convolution(
      source: try layout(step.inputs[0]), weights: try TensorLayout(shape, .f32, .any),
      bias: biasLayout, destination: try layout(step.output), window: SlidingWindow(convolution.window),
      then: operations, on: engine)

    let bias = try TensorMemory(biasLayout, on: engine)
    bias.fill(with: values.bias)
    let plain = try TensorMemory(try TensorLayout(shape), on: engine)
    plain.fill(with: values.weights)
    let packed = try TensorMemory(try primitive.layout(.weights), on: engine)
    try plain.copy(into: packed, on: stream, engine: engine)
    return (primitive, [.constant(.weights, packed), .constant(.bias, bias)], addendArgument)
  }
}

extension SlidingWindow {
  init(_ window: Graph.Window) {
    self.init(kernel: window.kernel, stride: window.stride, padding: window.padding)
  }
}

extension Graph.Convolution {
  /// What the library does to the sums for the activation.
  var activationOperations: [PostOperation] {
    switch activation {
    case .none: []
    case .silu: [.silu]
    case .relu: [.relu]
    }
  }
}
