import Foundation
import OneDNN
import Testing

@testable import GELAN
@testable import Inference

/// The convolutions of this package against the sum over the window, in double precision.
@Suite struct VectorConvolutionTests {
  typealias Shape = ConvolutionShape

  /// Sides that are no multiple of a tile, maps smaller than one, and every width of a strip of output channels.
  private static let filteredShapes = [
    Shape(inputs: 8, outputs: 8, height: 1, width: 1), Shape(inputs: 16, outputs: 24, height: 7, width: 10),
    Shape(inputs: 24, outputs: 40, height: 13, width: 5), Shape(inputs: 48, outputs: 16, height: 3, width: 17),
    Shape(inputs: 64, outputs: 64, height: 9, width: 11, groups: 4),
    Shape(inputs: 136, outputs: 80, height: 6, width: 6),
  ]

  private static let directShapes = [
    Shape(inputs: 16, outputs: 24, height: 7, width: 10, window: .point),
    Shape(inputs: 48, outputs: 8, height: 5, width: 23, window: .point),
    Shape(inputs: 64, outputs: 32, height: 9, width: 11, window: .point, groups: 4),
    Shape(inputs: 264, outputs: 16, height: 4, width: 7, window: .point),
    Shape(inputs: 8, outputs: 8, height: 1, width: 1, window: .down),
    Shape(inputs: 24, outputs: 40, height: 13, width: 18, window: .down),
    Shape(inputs: 32, outputs: 16, height: 8, width: 61, window: .down, groups: 2),
    Shape(inputs: 16, outputs: 24, height: 9, width: 12, window: Graph.Window(kernel: 3)),
    Shape(inputs: 16, outputs: 24, height: 10, width: 16, window: .down, takesMeans: true),
    Shape(inputs: 8, outputs: 48, height: 7, width: 9, window: .down, takesMeans: true),
    Shape(inputs: 3, outputs: 16, height: 12, width: 22, window: .down, isPlanar: true),
    Shape(inputs: 3, outputs: 40, height: 5, width: 7, isPlanar: true),
  ]

  @Test(arguments: filteredShapes, [CompilationOptions.ChannelOrder.blocked8, .channelsLast])
  func `minimal filtering computes the sum over the window`(
    _ shape: Shape, order: CompilationOptions.ChannelOrder
  ) throws {
    // The transforms multiply by up to 8 and add up to 36 products more than the direct way.
    try expectSums(shape, by: .minimalFiltering, order: order, tolerance: 2e-5)
  }

  @Test(arguments: directShapes) func `the direct way computes the sum over the window`(_ shape: Shape) throws {
    try expectSums(shape, by: .direct, order: .blocked8, tolerance: 2e-6 * Double(shape.window.kernel))
  }

  private func expectSums(
    _ shape: Shape, by method: VectorConvolution.Method, order: CompilationOptions.ChannelOrder, tolerance: Double
  ) throws {
    let (height, width) = shape.result
    for (activation, hasAddend, threads) in [(Graph.Activation.silu, true, 1), (.none, false, 2), (.relu, true, 2)] {
      let convolution = shape.convolution(activation)
      #expect(
        VectorConvolution.method(for: convolution, outputs: shape.outputs, order: order, isPicture: shape.isPlanar)
          == method)
      var random = NumberSequence()
      let weights = (0..<convolution.weightCount).map { _ in random.next() }
      let bias = (0..<shape.outputs).map { _ in random.next() }
      let input = (0..<(shape.inputs * shape.height * shape.width)).map { _ in random.next() }
      let addend = hasAddend ? (0..<(shape.outputs * height * width)).map { _ in random.next() } : nil

      let result = try run(shape, convolution, method, weights, bias, input, addend, order: order, threads: threads)
      let expected = shape.sums(activation, weights, bias, input, addend)
      let worst = zip(result, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      let limit = tolerance * Double(shape.inputs / shape.groups).squareRoot()
      #expect(result.count == expected.count && worst <= limit, "\(activation), \(threads) threads")
    }
  }

  /// The activation alone: a point of weight one, over all that a float may be.
  @Test func `the activation is right to a few units in the last place, and finite where its input is`()
    throws
  {
    let shape = Shape(inputs: 8, outputs: 8, height: 1, width: 4_001, window: .point)
    let convolution = shape.convolution(.silu)
    var weights = [Float](repeating: 0, count: 64)
    for channel in 0..<8 { weights[channel * 9] = 1 }
    let bias = [Float](repeating: 0, count: 8)
    var input: [Float] = []
    for channel in 0..<8 {
      for place in 0...4_000 {
        let x = Float(place - 2_000) / 2_000
        input.append(x * [1, 10, 40, 80, 87, 100, 1e4, .greatestFiniteMagnitude][channel])
      }
    }
    let result = try run(
      shape, convolution, .direct, weights, bias, input, nil, order: .blocked8, threads: 1)
    for (y, x) in zip(result, input) {
      let expected = Double(x) / (1 + exp(-Double(x)))
      if abs(x) <= 80 {
        // The logarithm of e to base 2 is rounded, so the power's relative error grows with |x|; what it is the power of
        // shrinks much faster.
        #expect(abs(Double(y) - expected) <= (4e-7 + 4e-8 * Double(abs(x))) * abs(expected), "\(x)")
      } else {
        #expect(y.isFinite && (x > 0 ? y == x : abs(y) <= max(1e-30, abs(x) * 1e-37)), "\(x) gives \(y)")
      }
    }
  }

  @Test func `only the tiles asked for are computed`() throws {
    let shape = Shape(inputs: 16, outputs: 24, height: 10, width: 7, window: .point)
    let convolution = shape.convolution(.none)
    var random = NumberSequence()
    let weights = (0..<convolution.weightCount).map { _ in random.next() }
    let bias = (0..<24).map { _ in random.next() }, input = (0..<(16 * 70)).map { _ in random.next() }
    var selection = TileSelection(height: 10, width: 7)
    selection.insert(x: 6, y: 5)
    selection.insert(x: 0, y: 9)
    let result = try run(
      shape, convolution, .direct, weights, bias, input, nil, order: .blocked8, threads: 2, selection: selection)
    let expected = shape.sums(.none, weights, bias, input, nil)
    for index in result.indices {
      let (row, column) = (index % 70).quotientAndRemainder(dividingBy: 7)
      let isAsked = (row / 4, column / 4) == (1, 1) || (row / 4, column / 4) == (2, 0)
      #expect(isAsked ? abs(Double(result[index]) - expected[index]) < 1e-5 : result[index] == 0)
    }
  }

  private typealias SetDynamic = @convention(c) (Int32) -> Void

  /// Lets OpenMP choose the size of the teams of the calling thread, or no longer.
  private static var setDynamic: SetDynamic? {
    dlsym(nil, "omp_set_dynamic").map { unsafeBitCast($0, to: SetDynamic.self) }
  }

  @Test(
    .enabled(if: setDynamic != nil, "skipped: needs GNU OpenMP"),
    arguments: [Graph.Window(kernel: 3, stride: 1, padding: 1), .down])
  func `a team smaller than was asked for computes everything`(_ window: Graph.Window) throws {
    // OpenMP never chooses more than there are processors. Of these rows every thread would have some.
    let threads = ProcessInfo.processInfo.activeProcessorCount + 1
    let shape = Shape(inputs: 16, outputs: 8, height: 4 * threads, width: 5, window: window)
    let convolution = shape.convolution(.none)
    let method = try #require(
      VectorConvolution.method(for: convolution, outputs: shape.outputs, order: .blocked8))
    var random = NumberSequence()
    let weights = (0..<convolution.weightCount).map { _ in random.next() }
    let bias = (0..<shape.outputs).map { _ in random.next() }
    let input = (0..<(shape.inputs * shape.height * shape.width)).map { _ in random.next() }
    Self.setDynamic?(1)
    defer { Self.setDynamic?(0) }
    let result = try run(
      shape, convolution, method, weights, bias, input, nil, order: .blocked8, threads: threads)
    let expected = shape.sums(.none, weights, bias, input, nil)
    let worst = zip(result, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
    #expect(worst < 1e-3, "\(threads) threads")
  }

  @Test(
    arguments: [
      (Graph.Window(kernel: 5, stride: 2, padding: 2), 8, 8), (Graph.Window(kernel: 1, stride: 2), 8, 8),
      (Graph.Window(kernel: 3, stride: 1, padding: 1), 12, 8), (Graph.Window(kernel: 1), 8, 20),
    ])
  func `what cannot be computed here is left to the library`(window: Graph.Window, inputs: Int, outputs: Int) {
    let convolution = Graph.Convolution(
      parameters: "test", normalisation: nil, inputChannels: inputs, outputChannels: outputs, window: window, groups: 1,
      activation: .silu)
    #expect(VectorConvolution.method(for: convolution, outputs: outputs, order: .blocked8) == nil)
  }

  private func run(
    _ shape: Shape, _ convolution: Graph.Convolution, _ method: VectorConvolution.Method, _ weights: [Float],
    _ bias: [Float], _ input: [Float], _ addend: [Float]?, order: CompilationOptions.ChannelOrder, threads: Int,
    selection: TileSelection? = nil
  ) throws -> [Float] {
    let maps = try TestMaps()
    let format: MemoryFormat = order == .blocked8 ? .blocked8 : .channelsLast
    let (height, width) = shape.result
    let output = MapPlacement(order, channels: shape.outputs, height: height, width: width)
    let kernel = try VectorConvolution(
      convolution, by: method, outputs: shape.outputs, values: (weights, bias), takesMeans: shape.takesMeans,
      source: shape.source(order), destination: output, addend: output, threads: threads, on: maps.engine)
    let extent = [1, shape.outputs, height, width]
    let destination = try maps.map(extent, .f32, format)
    kernel.run(
      source: try maps.map(
        [1, shape.inputs, shape.height, shape.width], .f32, shape.isPlanar ? .plain : format, input),
      destination: destination, addend: try addend.map { try maps.map(extent, .f32, format, $0) },
      scratch: try maps.scratch(kernel), selection: selection)
    return try maps.values(destination)
  }
}
