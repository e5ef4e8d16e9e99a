import Foundation
import OneDNN
import Testing

@testable import GELAN
@testable import Inference

/// Convolutions by dot products of four bytes against the sum over the window of what their numbers stand for.
@Suite struct DotConvolutionTests {
  typealias Shape = ConvolutionShape

  /// Every width of a strip of output channels, every number of pixels that is left over, and outputs to be filled up.
  private static let shapes = [
    Shape(inputs: 8, outputs: 8, height: 1, width: 1), Shape(inputs: 16, outputs: 24, height: 7, width: 35),
    Shape(inputs: 24, outputs: 40, height: 13, width: 27), Shape(inputs: 48, outputs: 56, height: 3, width: 17),
    Shape(inputs: 64, outputs: 64, height: 9, width: 11, groups: 4),
    Shape(inputs: 16, outputs: 20, height: 9, width: 12, window: Graph.Window(kernel: 3)),
    Shape(inputs: 8, outputs: 8, height: 1, width: 1, window: .down),
    Shape(inputs: 24, outputs: 40, height: 13, width: 46, window: .down),
    Shape(inputs: 32, outputs: 16, height: 8, width: 61, window: .down, groups: 2),
    Shape(inputs: 16, outputs: 24, height: 10, width: 16, window: .down, takesMeans: true),
    Shape(inputs: 8, outputs: 48, height: 7, width: 9, window: .down, takesMeans: true),
    Shape(inputs: 16, outputs: 20, height: 7, width: 10, window: .point),
    Shape(inputs: 48, outputs: 8, height: 5, width: 23, window: .point),
    Shape(inputs: 64, outputs: 32, height: 9, width: 11, window: .point, groups: 4),
    Shape(inputs: 264, outputs: 56, height: 4, width: 67, window: .point),
  ]

  private static let pictures = [
    Shape(inputs: 3, outputs: 16, height: 12, width: 83, window: .down, isPlanar: true),
    Shape(inputs: 3, outputs: 40, height: 5, width: 7, isPlanar: true),
  ]

  /// What this processor can make of the sums.
  private static let written = [MapElement.u8, .bf16, .f32].filter {
    $0 != .bf16 || CompilationOptions.Precision.bf16.isNative
  }

  @Test(
    .enabled(if: CompilationOptions.Precision.int8.isNative, "skipped: needs AVX-512 VNNI"), arguments: shapes,
    written)
  func `whole numbers are summed`(_ shape: ConvolutionShape, writes: MapElement) throws {
    try expectSums(shape, reads: .u8, writes: writes)
  }

  @Test(
    .enabled(if: CompilationOptions.Precision.bf16.isNative, "skipped: needs AVX-512 BF16"),
    arguments: shapes + pictures,
    written)
  func `bf16 numbers are summed`(_ shape: ConvolutionShape, writes: MapElement) throws {
    try expectSums(shape, reads: .bf16, writes: writes)
  }

  @Test(
    .enabled(if: CompilationOptions.Precision.bf16.isNative, "skipped: needs AVX-512 BF16"),
    arguments: [(Graph.Window.point, 24), (.down, 24), (Graph.Window(kernel: 3, stride: 1, padding: 1), 48)])
  func `only the tiles asked for are computed`(_ window: Graph.Window, outputs: Int) throws {
    let side = window.stride * 15 + 1
    let shape = Shape(inputs: 32, outputs: outputs, height: side, width: side, window: window)
    var selection = TileSelection(height: 16, width: 16)
    selection.insert(x: 6, y: 5)
    selection.insert(x: 15, y: 15)
    let whole = try Example(shape, .none, reads: .bf16, writes: .f32, hasAddend: false)
    let (found, expected) = (try whole.run(threads: 2, selection: selection), whole.expected)
    // 48 channels of 3×3 are filtered, which rounds their transformed inputs and filters.
    let tolerance = outputs == 48 ? 0.04 : 1e-4
    for index in found.indices {
      let (row, column) = (index % 256).quotientAndRemainder(dividingBy: 16)
      let isAsked = (row / 4, column / 4) == (1, 1) || (row / 4, column / 4) == (3, 3)
      #expect(isAsked ? abs(Double(found[index]) - expected[index]) < tolerance : found[index] == 0)
    }
  }

  @Test(
    arguments: [
      (Graph.Window(kernel: 5, stride: 2, padding: 2), 8, 8, 1), (Graph.Window(kernel: 1, stride: 2), 8, 8, 1),
      (Graph.Window(kernel: 3, stride: 1, padding: 1), 12, 8, 1), (Graph.Window(kernel: 1), 16, 24, 2),
    ])
  func `what cannot be computed here is left to others`(
    window: Graph.Window, inputs: Int, outputs: Int, groups: Int
  ) {
    let shape = Shape(inputs: inputs, outputs: outputs, height: 8, width: 8, window: window, groups: groups)
    #expect(!DotConvolution.supports(shape.convolution(.silu), outputs: outputs))
  }

  /// Full and partial tiles, windows over every border, every number of quads left over and both widths of a strip.
  private static let wide = [
    Shape(inputs: 8, outputs: 16, height: 1, width: 1), Shape(inputs: 32, outputs: 32, height: 13, width: 27),
    Shape(inputs: 40, outputs: 80, height: 22, width: 33), Shape(inputs: 128, outputs: 48, height: 16, width: 8),
    Shape(inputs: 64, outputs: 40, height: 5, width: 9), Shape(inputs: 16, outputs: 56, height: 6, width: 4),
  ]

  @Test(
    .enabled(if: CompilationOptions.Precision.int8.isNative, "skipped: needs AVX-512 VNNI"), arguments: wide,
    written)
  func `whole numbers are filtered`(_ shape: ConvolutionShape, writes: MapElement) throws {
    try expectSums(shape, by: .minimalFiltering, reads: .u8, writes: writes)
  }

  @Test(
    .enabled(if: CompilationOptions.Precision.bf16.isNative, "skipped: needs AVX-512 BF16"), arguments: wide,
    written)
  func `bf16 numbers are filtered`(_ shape: ConvolutionShape, writes: MapElement) throws {
    try expectSums(shape, by: .minimalFiltering, reads: .bf16, writes: writes)
  }

  /// Signs of a row of the input transform, and of the same row of the filter transform.
  private static let extremes: [(input: [Float], filter: [Float])] = [
    ([1, 0, -1, 0, 1, 0], [1, 0, 0]), ([0, -1, -1, 1, 1, 0], [-1, -1, -1]), ([0, -1, -1, 1, 1, 0], [1, 1, 1]),
    ([0, 1, 0, -1, 0, 1], [0, 0, 1]),
  ]

  @Test(
    .enabled(if: CompilationOptions.Precision.int8.isNative, "skipped: needs AVX-512 VNNI"),
    arguments: extremes.indices, extremes.indices)
  func `the largest sums stay within their bits`(row: Int, column: Int) throws {
    let shape = Shape(inputs: 64, outputs: 16, height: 12, width: 12)
    var example = try Example(shape, .none, reads: .u8, writes: .f32, hasAddend: false)
    let (rows, columns) = (Self.extremes[row], Self.extremes[column])
    // All channels do the same, so that all sums are as large as they come: the tile in the middle sees rows and columns 3 to 8.
    example.input = example.input.indices.map { index in
      let (y, x) = (index % 144 / 12 - 3, index % 12 - 3)
      guard (0..<6).contains(y), (0..<6).contains(x) else { return 0 }
      let number: Float = rows.input[y] * columns.input[x] < 0 ? 0 : 255
      return (number - Float(Example.source.zeroPoint)) * Example.source.step
    }
    example.weights = example.weights.indices.map { index in
      Float(Quantisation.weightLimit) * example.steps[index / (64 * 9)] * rows.filter[index % 9 / 3]
        * columns.filter[index % 3]
    }
    let found = try example.run(by: .minimalFiltering, threads: 1)
    let expected = shape.sums(.none, example.weights, example.bias, example.input, nil)
    let largest = expected.reduce(0) { max($0, abs($1)) }
    for (found, expected) in zip(found, expected) { #expect(abs(Double(found) - expected) < largest * 0.05) }
  }

  @Test func `wide layers are filtered`() {
    func method(_ inputs: Int, _ outputs: Int, _ window: Graph.Window = .init(kernel: 3, stride: 1, padding: 1))
      -> DotConvolution.Method
    {
      let shape = Shape(inputs: inputs, outputs: outputs, height: 8, width: 8, window: window)
      return DotConvolution.method(for: shape.convolution(.silu), outputs: outputs, takesMeans: false)
    }
    #expect(method(32, 48) == .minimalFiltering)
    #expect(method(16, 32) == .direct && method(32, 16) == .direct && method(64, 36) == .direct)
    #expect(method(64, 64, .down) == .direct && method(64, 64, .point) == .direct)
  }

  private func expectSums(
    _ shape: ConvolutionShape, by method: DotConvolution.Method = .direct, reads: MapElement, writes: MapElement
  ) throws {
    let cases = [(Graph.Activation.silu, true, 1), (.silu, false, 2), (.none, false, 2), (.relu, true, 2)]
    for (activation, hasAddend, threads) in cases {
      let example = try Example(shape, activation, reads: reads, writes: writes, hasAddend: hasAddend)
      let found = try example.run(by: method, threads: threads), expected = example.expected
      let largest = expected.reduce(1) { max($0, abs($1)) }
      // Half a number, and another quarter where SiLU is told by lines; or half a unit of the last of eight bits.
      let numbers = activation == .silu && !hasAddend ? 0.76 : 0.51
      var limit = writes == .u8 ? numbers * Double(Example.result.step) : largest * (writes == .bf16 ? 1 / 256.0 : 3e-4)
      // Transformed filters are rounded, and so are the inputs where they are bf16.
      if method == .minimalFiltering { limit += largest * 8e-3 }
      let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(found.count == expected.count && worst <= limit, "\(activation), \(threads) threads: off by \(worst)")
    }
  }

  /// Operands that the elements can tell exactly, and what comes out by definition.
  private struct Example {
    static let source = Quantisation.Scale(step: 1 / 32, zeroPoint: 77)
    static let result = Quantisation.Scale(step: 1 / 8, zeroPoint: 100)

    let shape: ConvolutionShape
    let convolution: Graph.Convolution
    let reads: MapElement, writes: MapElement
    var weights: [Float]
    var bias: [Float]
    var steps: [Float] = []
    var input: [Float]
    var addend: [Float]?
    let expected: [Double]

    init(
      _ shape: ConvolutionShape, _ activation: Graph.Activation, reads: MapElement, writes: MapElement,
      hasAddend: Bool
    ) throws {
      self.shape = shape
      (self.reads, self.writes) = (reads, writes)
      convolution = shape.convolution(activation)
      var random = NumberSequence()
      let perFilter = convolution.weightCount / shape.outputs
      // Sums of about one whatever the number of products.
      let size = 2 / Float(perFilter).squareRoot()
      let steps = (0..<shape.outputs).map { _ in size * (0.6 + 0.4 * random.next()) / 64 }
      weights = (0..<convolution.weightCount).map { index in
        reads == .u8 ? (random.next() * 64).rounded() * steps[index / perFilter] : Self.bf16(random.next() * size)
      }
      bias = (0..<shape.outputs).map { _ in random.next() }
      if reads == .u8 { self.steps = steps }
      input = (0..<(shape.inputs * shape.height * shape.width)).map { _ in
        if shape.isPlanar { return (abs(random.next()) * 255).rounded() }
        return reads == .u8 ? Self.source.rounded(random.next() * 2) : Self.bf16(random.next() * 2)
      }
      let (rows, columns) = shape.result
      if hasAddend {
        addend = (0..<(shape.outputs * rows * columns)).map { _ in
          writes == .u8 ? Self.result.rounded(random.next() * 4) : Self.bf16(random.next())
        }
      }
      let isPlanar = shape.isPlanar
      let levels = isPlanar ? input.map { $0 / 255 } : input
      let sums = shape.sums(activation, weights, bias, levels, addend) { mean in
        guard reads == .u8 else { return Double(Self.bf16(Float(mean))) }
        // Halves between two numbers are rounded up.
        return (mean / Double(Self.source.step) + 0.5).rounded(.down) * Double(Self.source.step)
      }
      expected = writes == .u8 ? sums.map { max(-12.5, min($0, 155 / 8)) } : sums
    }

    static func bf16(_ value: Float) -> Float {
      let bits = value.bitPattern
      return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
    }

    /// What the kernel makes of it, as real values in plain order.
    func run(
      by method: DotConvolution.Method? = nil, threads: Int, selection: TileSelection? = nil
    ) throws -> [Float] {
      let maps = try TestMaps()
      func numbers(_ values: [Float], _ scale: Quantisation.Scale?) -> [Float] {
        scale.map { scale in values.map { $0 / scale.step + Float(scale.zeroPoint) } } ?? values
      }
      let (rows, columns) = shape.result
      let scale = writes == .u8 ? Self.result : nil
      let output = MapPlacement(.blocked8, channels: shape.outputs, height: rows, width: columns)
      let kernel = try DotConvolution(
        convolution, by: method, outputs: shape.outputs, values: (weights, bias),
        numbers: .init(source: reads == .u8 ? (Self.source, steps) : nil, destination: scale, writes: writes),
        takesMeans: shape.takesMeans, source: shape.source(.blocked8), destination: output,
        addend: addend == nil ? nil : output, threads: threads, on: maps.engine)
      let extent = [1, shape.outputs, rows, columns]
      let destination = try maps.map(extent, writes)
      kernel.run(
        source: try maps.map(
          [1, shape.inputs, shape.height, shape.width], shape.isPlanar ? .u8 : reads,
          shape.isPlanar ? .plain : .blocked8, numbers(input, reads == .u8 ? Self.source : nil)),
        destination: destination,
        addend: try addend.map { try maps.map(extent, writes, .blocked8, numbers($0, scale)) },
        scratch: try maps.scratch(kernel), selection: selection)
      let found = try maps.values(destination)
      return scale.map { scale in found.map { ($0 - Float(scale.zeroPoint)) * scale.step } } ?? found
    }
  }
}
