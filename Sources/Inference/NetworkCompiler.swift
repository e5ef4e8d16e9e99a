import GELAN
import Imaging
import OneDNN

/// Input size, precision, threads and memory format of a compiled network.
public struct CompilationOptions: Hashable, Sendable {
  /// Height of the input in pixels; a multiple of the network's stride.
  package var height: Int
  /// Width of the input in pixels; a multiple of the network's stride.
  package var width: Int
  /// Data type of the activations.
  package var precision: Precision
  /// Threads per image, within `threadRange`.
  package var threads: Int
  /// Order of channels in memory; `nil` chooses the faster one on this machine.
  package var order: ChannelOrder?

  /// Supported numbers of threads; each thread needs scratch memory.
  package static let threadRange = 1...256

  /// Data type of the activations.
  public enum Precision: String, Hashable, Sendable, CaseIterable {
    case f32, bf16
    /// 8-bit integers with the scales of a quantised model; layers without scales are f32.
    case int8
  }

  /// Order of channels in memory.
  package enum ChannelOrder: String, Hashable, Sendable, CaseIterable {
    /// In blocks of eight, for this package's kernels; concatenation needs no copy.
    case blocked8
    /// Innermost, for oneDNN's int8 kernels.
    case channelsLast
  }

  /// Options for inputs of `height` × `width`.
  package init(
    height: Int, width: Int, precision: Precision = .f32, threads: Int = 1, order: ChannelOrder? = nil
  ) {
    self.height = height
    self.width = width
    self.precision = precision
    self.threads = threads
    self.order = order
  }

  var resolvedOrder: ChannelOrder {
    switch precision {
    case .bf16: .blocked8
    case .int8 where !Precision.int8.isNative: .channelsLast
    case .f32, .int8: order ?? .blocked8
    }
  }
}

/// Returns the values of a parameter by its state-dict name, row-major; `nil` if there is none.
package typealias ParameterLookup = (String) -> [Float]?

/// Compiles a graph to primitives and kernels for one input size.
struct NetworkCompiler {
  let engine: Engine
  let stream: ExecutionStream
  let options: CompilationOptions
  let lowering: NetworkLowering
  let parameters: ParameterLookup

  var format: MemoryFormat { options.resolvedOrder == .blocked8 ? .blocked8 : .channelsLast }

  init(
    graph: Graph, options: CompilationOptions, quantisation: Quantisation?, parameters: @escaping ParameterLookup
  ) throws(InferenceError) {
    try Processor.applyCap()
    if options.precision == .bf16, !options.precision.isNative {
      throw InferenceError(
        .precision,
        "bf16 needs a processor with AVX-512 BF16, this one has \(Processor.instructions): use f32 or auto")
    }
    if options.precision == .int8, quantisation == nil {
      throw InferenceError(
        .precision, "int8 needs a quantised model, this one is not: make one with 'yolostream model quantize'")
    }
    let sides = 1...PixelLayout.largestSide
    guard sides.contains(options.height), sides.contains(options.width), options.height % graph.stride == 0,
      options.width % graph.stride == 0
    else {
      throw InferenceError(
        .size,
        "an image of \(options.width)x\(options.height) does not fit: both sides must be multiples of \(graph.stride) "
          + "up to \(PixelLayout.largestSide)")
    }
    guard CompilationOptions.threadRange.contains(options.threads) else {
      let range = CompilationOptions.threadRange
      throw InferenceError(
        .threads,
        "a network cannot run on \(options.threads) threads: expected \(range.lowerBound) to \(range.upperBound)")
    }
    do throws(OneDNNError) {
      engine = try Engine()
      stream = try ExecutionStream(on: engine)
    } catch { throw InferenceError(error) }
    self.options = options
    self.parameters = parameters
    let order = options.resolvedOrder, arithmetic = options.arithmetic(quantisation)
    lowering = NetworkLowering(
      graph, height: options.height, width: options.width, block: order == .blocked8 ? 8 : nil, arithmetic: arithmetic,
      canTakeMeans: { convolution in
        let outputs = convolution.outputChannels
        let element = arithmetic.dotElement(of: convolution, outputs: outputs) ?? .f32
        // In channels-last format the source may be a slice of a wider map whose layout is not known yet.
        guard element != .f32 || order == .blocked8 else { return false }
        return KernelTable.supports(convolution, outputs: outputs, reads: element, takesMeans: true, order: order)
      })
  }

  /// Layout of a tensor inside its storage. A range of whole blocks of one image is dense, so it has the layout of a
  /// separate tensor.
  func layout(_ id: Graph.Node.ID) throws(OneDNNError) -> TensorLayout {
    let tensor = lowering.tensors[id]
    // The kernels for three input channels read planes.
    let format: MemoryFormat = id == 0 && self.format == .blocked8 ? .plain : self.format
    return try TensorLayout([1, tensor.channels, tensor.height, tensor.width], lowering.elements[id], format)
  }

  /// The same layout as the kernels of this package define it.
  func placement(_ id: Graph.Node.ID) -> MapPlacement {
    let tensor = lowering.tensors[id]
    return id == 0
      ? MapPlacement(planesOf: tensor.height, by: tensor.width)
      : MapPlacement(options.resolvedOrder, channels: tensor.channels, height: tensor.height, width: tensor.width)
  }

  /// Compiles the steps with their weights.
  func compile() throws(InferenceError) -> [CompiledNetwork.Step] {
    // oneDNN generates code for the number of threads set here.
    ExecutionStream.setTeamOfCurrentThread(options.threads)
    var steps: [CompiledNetwork.Step] = []
    for step in lowering.steps {
      var parameters: (weights: [Float], bias: [Float]) = ([], [])
      if case .convolution(let convolution, _, _, _) = step.kind { parameters = try values(of: convolution) }
      do throws(OneDNNError) {
        steps.append(try compile(step, parameters))
      } catch {
        throw InferenceError(.engine, "\(step.name): \(error)", cause: error)
      }
      if let compiled = steps.last, lowering.elements[step.inputs[0]] == .u8 { try expectFast(compiled) }
    }
    return steps
  }

  private func values(of convolution: Graph.Convolution) throws(InferenceError) -> (weights: [Float], bias: [Float]) {
    func values(_ name: String, count: Int) throws(InferenceError) -> [Float] {
      guard let values = parameters(name) else { throw InferenceError(.weights, "the weights have no \(name)") }
      guard values.count == count else {
        throw InferenceError(.weights, "\(name) has \(values.count) values, the network expects \(count)")
      }
      return values
    }
    let name = convolution.parameters
    let weights = try values("\(name).weight", count: convolution.weightCount)
    let bias = try values("\(name).bias", count: convolution.outputChannels)
    guard let quantisation = lowering.arithmetic.quantisation, quantisation.keepsWeights,
      let steps = quantisation.weights[name]
    else { return (weights, bias) }
    // Equivalent to a file without its original weights: the bias compensates for their rounding, also in layers that
    // do not run in int8.
    let shape = [convolution.outputChannels, weights.count / convolution.outputChannels]
    return (
      WeightTensor(shape: shape, values: weights).rounded(by: steps).values, quantisation.biases[name] ?? bias
    )
  }

  private func compile(
    _ step: NetworkLowering.Step, _ parameters: (weights: [Float], bias: [Float])
  ) throws(OneDNNError) -> CompiledNetwork.Step {
    let source = try layout(step.inputs[0])
    let destination = try layout(step.output)
    var operands: [CompiledNetwork.Operand] = []
    let primitive: Primitive
    switch step.kind {
    case .convolution(let convolution, let rows, let addend, let takesMeans):
      return try compile(step, convolution, parameters, rows: rows, addend: addend, takesMeans: takesMeans)
    case .pooling(let window, let isMaximum):
      if isMoved(step) { return compile(step, .pool(window, isMaximum: isMaximum)) }
      primitive = try .pooling(
        isMaximum ? .maximum : .average, source: source, destination: destination, window: SlidingWindow(window),
        on: engine)
      operands = [.tensor(.source, step.inputs[0])]
    case .upsample(let factor):
      if isMoved(step) { return compile(step, .upsample(factor: factor)) }
      primitive = try .resampling(source: source, destination: destination, on: engine)
      operands = [.tensor(.source, step.inputs[0])]
    case .attention(let attention):
      let map = lowering.tensors[step.output]
      let kernel = AttentionKernel(
        attention, height: map.height, width: map.width, order: options.resolvedOrder, threads: options.threads)
      return CompiledNetwork.Step(
        name: step.name, kernel: .native(kernel),
        operands: [.tensor(.source, step.inputs[0]), .tensor(.destination, step.output)], work: 0)
    case .concatenation, .sum:
      var sources: [TensorLayout] = []
      for (index, input) in step.inputs.enumerated() {
        sources.append(try layout(input))
        operands.append(.tensor(.sources(index), input))
      }
      primitive =
        if case .sum = step.kind { try .sum(sources, destination: destination, on: engine) } else {
          try .concatenation(sources, destination: destination, on: engine)
        }
    case .copy: return try compile(copy: step, source: source, destination: destination)
    case .conversion: return try compile(conversion: step, source: source, destination: destination)
    }
    operands.append(.tensor(.destination, step.output))
    return CompiledNetwork.Step(name: step.name, kernel: .primitive(primitive), operands: operands, work: 0)
  }

  /// Whether `MapMove` should compute the step, because oneDNN is slow for its type.
  private func isMoved(_ step: NetworkLowering.Step) -> Bool {
    lowering.arithmetic.usesDots && lowering.elements[step.output] != .f32
  }

  private func compile(_ step: NetworkLowering.Step, _ operation: MapMove.Operation) -> CompiledNetwork.Step {
    let move = MapMove(
      operation, lowering.elements[step.output], channels: lowering.tensors[step.output].channels,
      source: placement(step.inputs[0]), destination: placement(step.output), threads: options.threads)
    return CompiledNetwork.Step(
      name: step.name, kernel: .native(move),
      operands: [.tensor(.source, step.inputs[0]), .tensor(.destination, step.output)], work: 0)
  }

  /// A copy extracts a range of channels from its source (slice) or writes all of it into a range of its destination.
  private func compile(
    copy step: NetworkLowering.Step, source: TensorLayout, destination: TensorLayout
  ) throws(OneDNNError) -> CompiledNetwork.Step {
    var from = source, to = destination
    if case .slice(let range) = lowering.graph.nodes[step.output].operation {
      from = try source.channels(range)
    } else {
      to = source
    }
    let primitive = try Primitive.reorder(from, to: to, on: engine)
    return CompiledNetwork.Step(
      name: step.name, kernel: .primitive(primitive),
      operands: [
        .part(.source, step.inputs[0], from, channelOffset: 0),
        .part(.destination, step.output, to, channelOffset: step.channelOffset),
      ], work: 0)
  }
}
