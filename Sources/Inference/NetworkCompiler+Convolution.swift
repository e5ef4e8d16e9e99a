import GELAN
import OneDNN

extension NetworkCompiler {
  /// Compiles the output channels `rows` of a convolution, with the addition behind it.
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
    let kernel: Kernel
    var constants: [CompiledNetwork.Operand] = []
    var addendArgument = Primitive.Argument.postOperation(0)
    if let native = try native(step, convolution, values, rows: rows, addend: addend, takesMeans: takesMeans) {
      kernel = .native(native)
    } else {
      precondition(!takesMeans, "the library cannot take means, so none were fused into what it computes")
      let primitive: Primitive
      if let scale = lowering.scales[step.inputs[0]] {
        (primitive, constants, addendArgument) = try int8Convolution(
          step, convolution, values, rows: rows, from: scale, hasAddend: addend != nil)
      } else {
        (primitive, constants, addendArgument) = try direct(
          step, convolution, values, outputs: rows.count, hasAddend: addend != nil)
      }
      kernel = .primitive(primitive)
    }
    let operands: [CompiledNetwork.Operand] =
      [.tensor(.source, step.inputs[0]), .tensor(.destination, step.output)] + constants
      + (addend.map { [.tensor(addendArgument, $0)] } ?? [])
    let output = lowering.tensors[step.output]
    return CompiledNetwork.Step(
      name: step.name, kernel: kernel, operands: operands,
      work: 2 * perFilter * rows.count * output.height * output.width)
  }

  /// The kernel of this package for a convolution; `nil` if oneDNN should be used.
  private func native(
    _ step: NetworkLowering.Step, _ convolution: Graph.Convolution, _ values: (weights: [Float], bias: [Float]),
    rows: Range<Int>, addend: Graph.Node.ID?, takesMeans: Bool
  ) throws(OneDNNError) -> (any NativeKernel)? {
    guard let operands = operands(of: step, convolution, rows: rows) else { return nil }
    return try ConvolutionKernel(
      convolution, outputs: rows.count, values: values, operands: operands, takesMeans: takesMeans,
      source: placement(step.inputs[0]), destination: placement(step.output), addend: addend.map(placement),
      threads: options.threads, on: engine)
  }

  /// Scales the weights of the first layer: images are 0…255, the network was trained on 0…1.
  private func scaled(
    _ values: (weights: [Float], bias: [Float]), _ step: NetworkLowering.Step
  ) -> (weights: [Float], bias: [Float]) {
    step.inputs[0] == 0 ? (values.weights.map { $0 / 255 }, values.bias) : values
  }

  /// Data types of `step` for a kernel of this package; `nil` if only oneDNN can compute it.
  private func operands(
    of step: NetworkLowering.Step, _ convolution: Graph.Convolution, rows: Range<Int>
  ) -> ConvolutionKernel.Operands? {
    let arithmetic = lowering.arithmetic, input = step.inputs[0]
    let element = arithmetic.dotElement(of: convolution, outputs: rows.count, isImage: input == 0)
    // In f32 and channels-last, the layout of the image is oneDNN's.
    guard element != nil || lowering.elements[input] == .f32 && (input != 0 || options.resolvedOrder == .blocked8)
    else { return nil }
    var operands = ConvolutionKernel.Operands(
      reads: element ?? .f32, writes: lowering.elements[step.output], destination: lowering.scales[step.output])
    if element == .u8, let scale = input == 0 ? .image : lowering.scales[input],
      let steps = arithmetic.quantisation?.weights[convolution.parameters]
    {
      operands.source = (scale, Array(steps[rows]))
    }
    return operands
  }

  /// oneDNN's primitive, its packed weights and bias, and the argument that an addend is bound to.
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
    plain.fill(with: scaled(values, step).weights)
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
  /// The post-operation for the activation.
  var activationOperations: [PostOperation] {
    switch activation {
    case .none: []
    case .silu: [.silu]
    case .relu: [.relu]
    }
  }
}
