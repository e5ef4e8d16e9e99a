import GELAN
import OneDNN

extension NetworkCompiler {
  /// oneDNN's kernel for a convolution in whole numbers, its packed weights and constants, and where an addend is bound.
  ///
  /// The sum of products of numbers, times the two steps, is the real result; bias and activation follow. Numbers of the
  /// destination come out by a last linear function. An addend has their scale, so it is added as it stands.
  func wholeNumbers(
    _ step: NetworkLowering.Step, _ convolution: Graph.Convolution, _ values: (weights: [Float], bias: [Float]),
    rows: Range<Int>, from source: Quantisation.Scale, hasAddend: Bool
  ) throws(OneDNNError) -> (Primitive, [CompiledNetwork.Operand], addend: Primitive.Argument) {
    let steps = Array((lowering.arithmetic.quantisation?.weights[convolution.parameters] ?? [])[rows])
    let numbers = WholeNumbers(factors: steps.map { $0 * source.step }, sourceZero: source.zeroPoint)
    var operations = convolution.activationOperations
    let output = lowering.tensors[step.output]
    let scale = lowering.scales[step.output]
    if let scale {
      // The zero of an addend is that of the result.
      operations.append(.linear(factor: 1 / scale.step, offset: hasAddend ? 0 : Float(scale.zeroPoint)))
    }
    let addendArgument = Primitive.Argument.postOperation(operations.count)
    if hasAddend {
      operations.append(
        .add(
          channels: output.channels, height: output.height, width: output.width, format: format,
          type: scale == nil ? .f32 : .u8))
    }
    let groups = convolution.groups, kernel = convolution.window.kernel
    let shape =
      groups == 1
      ? [rows.count, convolution.inputChannels, kernel, kernel]
      : [groups, rows.count / groups, convolution.inputChannels / groups, kernel, kernel]
    let biasLayout = try TensorLayout([rows.count])
    let primitive = try Primitive.convolution(
      source: try layout(step.inputs[0]), weights: try TensorLayout(shape, .s8, .any), bias: biasLayout,
      destination: try layout(step.output), window: SlidingWindow(convolution.window), then: operations,
      numbers: numbers, on: engine)

    let bias = try TensorMemory(biasLayout, on: engine)
    bias.fill(with: numbers.bias(values.bias))
    let plain = try TensorMemory(try TensorLayout(shape, .s8), on: engine)
    let whole = WeightTensor(shape: shape, values: values.weights).numbers(of: steps)
    unsafe plain.withElements(of: Int8.self) { elements in _ = unsafe elements.update(fromContentsOf: whole) }
    let packed = try TensorMemory(try primitive.layout(.weights), on: engine)
    try plain.copy(into: packed, on: stream, engine: engine)
    let scales = try numbers.operands(on: engine).map { CompiledNetwork.Operand.constant($0.0, $0.1) }
    return (primitive, [.constant(.weights, packed), .constant(.bias, bias)] + scales, addendArgument)
  }

  /// Whole numbers become what they stand for, or real ones the nearest whole ones.
  func compile(
    conversion step: NetworkLowering.Step, source: TensorLayout, destination: TensorLayout
  ) throws(OneDNNError) -> CompiledNetwork.Step {
    let numbers: WholeNumbers? =
      if let scale = lowering.scales[step.inputs[0]] {
        WholeNumbers(factors: [scale.step], sourceZero: scale.zeroPoint)
      } else if let scale = lowering.scales[step.output] {
        WholeNumbers(factors: [1 / scale.step], destinationZero: scale.zeroPoint)
      } else { nil }
    let primitive = try Primitive.reorder(source, to: destination, numbers: numbers, on: engine)
    let constants =
      try numbers?.operands(isReorder: true, on: engine).map { CompiledNetwork.Operand.constant($0.0, $0.1) } ?? []
    return CompiledNetwork.Step(
      name: step.name, kernel: .primitive(primitive),
      operands: [.tensor(.source, step.inputs[0]), .tensor(.destination, step.output)] + constants, work: 0)
  }

  /// The library's own reference kernels are hundreds of times slower: better to say so than to crawl.
  func expectFast(_ step: CompiledNetwork.Step) throws(InferenceError) {
    guard step.work > 0, case .primitive(let primitive) = step.kernel, primitive.implementation.hasPrefix("ref")
    else { return }
    throw InferenceError(
      .precision,
      "\(step.name): this processor (\(Processor.instructions)) has no fast int8 for this layer: use f32 or auto"
    )
  }
}
