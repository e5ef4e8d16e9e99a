import GELAN
import OneDNN

extension NetworkCompiler {
  /// oneDNN's int8 primitive for a convolution, its packed weights and constants, and the argument that an addend is
  /// bound to.
  ///
  /// The sum of integer products times both step sizes is the floating-point result; bias and activation follow, and
  /// a linear post-operation quantises the result. An addend has the same scale as the result, so it is added
  /// unchanged.
  func int8Convolution(
    _ step: NetworkLowering.Step, _ convolution: Graph.Convolution, _ values: (weights: [Float], bias: [Float]),
    rows: Range<Int>, from source: Quantisation.Scale, hasAddend: Bool
  ) throws(OneDNNError) -> (Primitive, [CompiledNetwork.Operand], addend: Primitive.Argument) {
    let steps = Array((lowering.arithmetic.quantisation?.weights[convolution.parameters] ?? [])[rows])
    let scaling = Int8Scaling(factors: steps.map { $0 * source.step }, sourceZero: source.zeroPoint)
    var operations = convolution.activationOperations
    let output = lowering.tensors[step.output]
    let scale = lowering.scales[step.output]
    if let scale {
      // The zero point of the addend is that of the result.
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
      scaling: scaling, on: engine)

    let bias = try TensorMemory(biasLayout, on: engine)
    bias.fill(with: scaling.bias(values.bias))
    let plain = try TensorMemory(try TensorLayout(shape, .s8), on: engine)
    let whole = WeightTensor(shape: shape, values: values.weights).quantised(by: steps)
    unsafe plain.withElements(of: Int8.self) { elements in _ = unsafe elements.update(fromContentsOf: whole) }
    let packed = try TensorMemory(try primitive.layout(.weights), on: engine)
    try plain.copy(into: packed, on: stream, engine: engine)
    let scales = try scaling.operands(on: engine).map { CompiledNetwork.Operand.constant($0.0, $0.1) }
    return (primitive, [.constant(.weights, packed), .constant(.bias, bias)] + scales, addendArgument)
  }

  /// Quantises or dequantises a tensor.
  func compile(
    conversion step: NetworkLowering.Step, source: TensorLayout, destination: TensorLayout
  ) throws(OneDNNError) -> CompiledNetwork.Step {
    let scaling: Int8Scaling? =
      if let scale = lowering.scales[step.inputs[0]] {
        Int8Scaling(factors: [scale.step], sourceZero: scale.zeroPoint)
      } else if let scale = lowering.scales[step.output] {
        Int8Scaling(factors: [1 / scale.step], destinationZero: scale.zeroPoint)
      } else { nil }
    let primitive = try Primitive.reorder(source, to: destination, scaling: scaling, on: engine)
    let constants =
      try scaling?.operands(isReorder: true, on: engine).map { CompiledNetwork.Operand.constant($0.0, $0.1) } ?? []
    return CompiledNetwork.Step(
      name: step.name, kernel: .primitive(primitive),
      operands: [.tensor(.source, step.inputs[0]), .tensor(.destination, step.output)] + constants, work: 0)
  }

  /// Throws if only oneDNN's reference kernel is available, which is hundreds of times slower.
  func expectFast(_ step: CompiledNetwork.Step) throws(InferenceError) {
    guard step.work > 0, case .primitive(let primitive) = step.kernel, primitive.implementation.hasPrefix("ref")
    else { return }
    throw InferenceError(
      .precision,
      "\(step.name): this processor (\(Processor.instructions)) has no fast int8 for this layer: use f32 or auto"
    )
  }
}
