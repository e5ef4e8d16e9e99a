import GELAN
import TestSupport
import Testing

@testable import Inference
@testable import OneDNN

/// Each primitive that a network is compiled to beside its readable twin, on odd sizes and in every order of memory.
@Suite struct OperatorTests {
  private static let formats: [MemoryFormat] = [.plain, .channelsLast, .blocked8]

  struct Case: Sendable {
    var input: Int
    var output: Int
    var height: Int
    var width: Int
    var window: Graph.Window
    var groups = 1
    var activation = Graph.Activation.silu
    var addsResidual = false
  }

  @Test(
    arguments: [
      Case(input: 3, output: 16, height: 19, width: 33, window: .init(kernel: 3, stride: 2, padding: 1)),
      Case(input: 5, output: 7, height: 9, width: 11, window: .init(kernel: 3, padding: 1), activation: .none),
      Case(input: 24, output: 13, height: 1, width: 7, window: .init(kernel: 1)),
      Case(input: 16, output: 24, height: 13, width: 5, window: .init(kernel: 3, padding: 1), addsResidual: true),
      Case(
        input: 17, output: 9, height: 7, width: 7, window: .init(kernel: 1), activation: .none, addsResidual: true),
      Case(input: 8, output: 8, height: 15, width: 1, window: .init(kernel: 3, padding: 1), activation: .relu),
      Case(input: 64, output: 64, height: 5, width: 9, window: .init(kernel: 3, padding: 1), groups: 4),
      Case(input: 64, output: 64, height: 5, width: 3, window: .init(kernel: 1), groups: 4, activation: .none),
      Case(input: 12, output: 20, height: 6, width: 11, window: .init(kernel: 3, stride: 2, padding: 1), groups: 2),
    ], formats)
  func `convolution`(_ shape: Case, format: MemoryFormat) throws {
    let bench = try OperatorBench()
    let input = bench.map(shape.input, shape.height, shape.width)
    let perFilter = shape.input / shape.groups * shape.window.kernel * shape.window.kernel
    let weights = bench.numbers(shape.output * perFilter), bias = bench.numbers(shape.output)
    var expected = input.convolved(weights, bias: bias, window: shape.window, groups: shape.groups)
      .activated(shape.activation)
    let residual = bench.map(expected.channels, expected.height, expected.width)
    var operations: [PostOperation] =
      switch shape.activation {
      case .none: []
      case .silu: [.silu]
      case .relu: [.relu]
      }
    if shape.addsResidual {
      expected = .summed([expected, residual])
      operations.append(
        .add(
          channels: expected.channels, height: expected.height, width: expected.width, format: format, type: .f32))
    }
    let source = try bench.memory(input, format)
    let destination = try bench.memory(like: expected, format)
    let kernel = shape.window.kernel
    let weightShape =
      shape.groups == 1
      ? [shape.output, shape.input, kernel, kernel]
      : [shape.groups, shape.output / shape.groups, shape.input / shape.groups, kernel, kernel]
    let primitive = try Primitive.convolution(
      source: source.layout, weights: try TensorLayout(weightShape, .f32, .any), bias: try TensorLayout([shape.output]),
      destination: destination.layout, window: SlidingWindow(shape.window), then: operations, on: bench.engine)
    let plain = try TensorMemory(try TensorLayout(weightShape), on: bench.engine)
    plain.fill(with: weights)
    let packed = try TensorMemory(try primitive.layout(.weights), on: bench.engine)
    try plain.copy(into: packed, on: bench.stream, engine: bench.engine)
    let biasMemory = try TensorMemory(try TensorLayout([shape.output]), on: bench.engine)
    biasMemory.fill(with: bias)
    var operands: [(Primitive.Argument, TensorMemory)] = [
      (.source, source), (.weights, packed), (.bias, biasMemory), (.destination, destination),
    ]
    if shape.addsResidual {
      operands.append((.postOperation(operations.count - 1), try bench.memory(residual, format)))
    }
    try bench.run(primitive, operands)
    try bench.expect(destination, expected)
  }

  @Test(
    arguments: [
      (8, 9, 13, .init(kernel: 5, padding: 2)), (8, 2, 3, .init(kernel: 5, padding: 2)),
      (11, 7, 5, .init(kernel: 2)), (16, 7, 9, .init(kernel: 3, stride: 2, padding: 1)),
    ] as [(Int, Int, Int, Graph.Window)], formats)
  func `largest and mean value of a window`(shape: (Int, Int, Int, Graph.Window), format: MemoryFormat) throws {
    let bench = try OperatorBench()
    // All negative, so that a padding of zeros would win.
    let input = bench.map(shape.0, shape.1, shape.2).mapped { $0 - 2 }
    for (kind, expected) in [
      (PoolingKind.maximum, input.maximumPooled(shape.3)), (.average, input.averagePooled(shape.3)),
    ] {
      let (source, destination) = (try bench.memory(input, format), try bench.memory(like: expected, format))
      let primitive = try Primitive.pooling(
        kind, source: source.layout, destination: destination.layout, window: SlidingWindow(shape.3), on: bench.engine)
      try bench.run(primitive, [(.source, source), (.destination, destination)])
      try bench.expect(destination, expected)
    }
  }

  @Test(arguments: [2, 4, 8], formats)
  func `enlarging repeats values`(factor: Int, format: MemoryFormat) throws {
    let bench = try OperatorBench()
    let input = bench.map(11, 3, 5)
    let expected = input.upsampled(factor)
    let (source, destination) = (try bench.memory(input, format), try bench.memory(like: expected, format))
    let primitive = try Primitive.resampling(
      source: source.layout, destination: destination.layout, on: bench.engine)
    try bench.run(primitive, [(.source, source), (.destination, destination)])
    try bench.expect(destination, expected)
  }

  @Test(arguments: [[8, 16, 8], [3, 5, 8], [7, 1], [24]], formats)
  func `concatenation and sum`(channels: [Int], format: MemoryFormat) throws {
    let bench = try OperatorBench()
    let parts = channels.map { bench.map($0, 5, 7) }
    let equals = channels.map { _ in bench.map(channels[0], 5, 7) }
    for (maps, isSum) in [(parts, false), (equals, true)] {
      let expected = isSum ? ReferenceMap.summed(maps) : .concatenated(maps)
      let sources = try maps.map { try bench.memory($0, format) }
      let destination = try bench.memory(like: expected, format)
      let primitive =
        try
        (isSum
        ? Primitive.sum(sources.map(\.layout), destination: destination.layout, on: bench.engine)
        : .concatenation(sources.map(\.layout), destination: destination.layout, on: bench.engine))
      try bench.run(
        primitive, sources.enumerated().map { (.sources($0.offset), $0.element) } + [(.destination, destination)])
      try bench.expect(destination, expected)
    }
  }

  @Test(arguments: formats, formats)
  func `reorder keeps every value, and a range of channels is a slice`(from: MemoryFormat, to: MemoryFormat) throws {
    let bench = try OperatorBench()
    let input = bench.map(21, 3, 5)
    let source = try bench.memory(input, from)
    let whole = try bench.memory(like: input, to)
    try source.copy(into: whole, on: bench.stream, engine: bench.engine)
    try bench.expect(whole, input)
    // Whole blocks, as the blocked format can cut.
    let part = try bench.memory(like: input.sliced(8..<16), to)
    let view = try source.layout.channels(8..<16)
    let primitive = try Primitive.reorder(view, to: part.layout, on: bench.engine)
    try bench.run(primitive, [(.source, try source.view(view)), (.destination, part)])
    try bench.expect(part, input.sliced(8..<16))
  }

  @Test(arguments: [Graph.Activation.silu, .relu])
  func `activation`(_ activation: Graph.Activation) throws {
    let bench = try OperatorBench()
    let input = bench.map(9, 3, 7).mapped { $0 * 8 }
    let memory = try bench.memory(input, .blocked8)
    let primitive = try Primitive.elementwise(
      activation == .relu ? .relu : .silu, memory.layout, on: bench.engine)
    try bench.run(primitive, [(.source, memory), (.destination, memory)])
    try bench.expect(memory, input.activated(activation))
  }
}

/// An engine, and numbers to feed it.
final class OperatorBench {
  let engine: Engine
  let stream: ExecutionStream
  private var state: UInt64 = 1

  init() throws {
    engine = try Engine()
    stream = try ExecutionStream(on: engine)
    ExecutionStream.setTeamOfCurrentThread(1)
  }

  /// Values of -1…1, the same in every run.
  func numbers(_ count: Int) -> [Float] {
    (0..<count).map { _ in
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(state >> 40) / Float(1 << 23) - 1
    }
  }

  func map(_ channels: Int, _ height: Int, _ width: Int) -> ReferenceMap {
    ReferenceMap(channels: channels, height: height, width: width, values: numbers(channels * height * width))
  }

  /// Memory in `format` for a map of the shape of `map`.
  func memory(like map: ReferenceMap, _ format: MemoryFormat) throws -> TensorMemory {
    try TensorMemory(try TensorLayout([1, map.channels, map.height, map.width], .f32, format), on: engine)
  }

  func memory(_ map: ReferenceMap, _ format: MemoryFormat) throws -> TensorMemory {
    let (plain, memory) = (try memory(like: map, .plain), try memory(like: map, format))
    plain.fill(with: map.values)
    try plain.copy(into: memory, on: stream, engine: engine)
    return memory
  }

  func run(_ primitive: Primitive, _ operands: [(Primitive.Argument, TensorMemory)]) throws {
    let scratch = try TensorMemory(try primitive.layout(.scratchpad), on: engine)
    try PrimitiveCall(primitive, operands + [(.scratchpad, scratch)]).run(on: stream)
  }

  /// The one tolerance: rounding of single precision, as a share of the largest value.
  func expect(_ memory: TensorMemory, _ expected: ReferenceMap, sourceLocation: SourceLocation = #_sourceLocation)
    throws
  {
    let plain = try self.memory(like: expected, .plain)
    try memory.copy(into: plain, on: stream, engine: engine)
    let largest = expected.values.reduce(1) { max($0, abs($1)) }
    let worst = zip(plain.floats, expected.values).map { abs($0 - $1) }.max() ?? 0
    #expect(worst <= 1e-5 * largest, "off by \(worst) of \(largest)", sourceLocation: sourceLocation)
  }
}
