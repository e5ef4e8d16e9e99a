import OneDNN

@testable import GELAN
@testable import Inference

/// A convolution with operands that their elements hold exactly, and its result by definition.
struct ConvolutionExample {
  static let source = Quantisation.Scale(step: 1 / 32, zeroPoint: 77)
  static let result = Quantisation.Scale(step: 1 / 8, zeroPoint: 100)

  let shape: ConvolutionShape
  let convolution: Graph.Convolution
  let order: CompilationOptions.ChannelOrder
  let reads: MapElement, writes: MapElement
  var weights: [Float]
  var bias: [Float]
  /// Step of each output channel's quantised weights.
  var steps: [Float] = []
  var input: [Float]
  var addend: [Float]?

  init(
    _ shape: ConvolutionShape, _ activation: Graph.Activation, reads: MapElement, writes: MapElement,
    hasAddend: Bool = false, order: CompilationOptions.ChannelOrder = .blocked8
  ) {
    self.shape = shape
    self.order = order
    (self.reads, self.writes) = (reads, writes)
    convolution = shape.convolution(activation)
    var random = NumberSequence()
    let perFilter = convolution.weightCount / shape.outputs
    // Sums of about one whatever the number of products.
    let size = 2 / Float(perFilter).squareRoot()
    let steps = (0..<shape.outputs).map { _ in size * (0.6 + 0.4 * random.next()) / 64 }
    func real(_ value: Float) -> Float { reads == .bf16 ? Self.bf16(value) : value }
    weights = (0..<convolution.weightCount).map { index in
      reads == .u8 ? (random.next() * 64).rounded() * steps[index / perFilter] : real(random.next() * size)
    }
    bias = (0..<shape.outputs).map { _ in random.next() }
    if reads == .u8 { self.steps = steps }
    input = (0..<(shape.inputs * shape.height * shape.width)).map { _ in
      if shape.isPlanar { return (abs(random.next()) * 255).rounded() }
      return reads == .u8 ? Self.source.rounded(random.next() * 2) : real(random.next() * 2)
    }
    let (rows, columns) = shape.result
    if hasAddend {
      addend = (0..<(shape.outputs * rows * columns)).map { _ in
        writes == .u8 ? Self.result.rounded(random.next() * 4) : Self.bf16(random.next())
      }
    }
  }

  /// The result in double precision.
  var expected: [Double] {
    let levels = shape.isPlanar ? input.map { $0 / 255 } : input
    let sums = shape.sums(convolution.activation, weights, bias, levels, addend) { mean in
      switch reads {
      // Halves between two values are rounded up.
      case .u8:
        (mean / Double(Self.source.step) + 0.5).rounded(.down) * Double(Self.source.step)
      case .bf16: Double(Self.bf16(Float(mean)))
      default: mean
      }
    }
    return writes == .u8 ? sums.map { max(-12.5, min($0, 155 / 8)) } : sums
  }

  static func bf16(_ value: Float) -> Float {
    let bits = value.bitPattern
    return Float(bitPattern: (bits &+ 0x7fff &+ (bits >> 16 & 1)) & 0xffff_0000)
  }

  /// Where the result stands.
  private var output: MapPlacement {
    MapPlacement(order, channels: shape.outputs, height: shape.result.height, width: shape.result.width)
  }

  /// Whether `entry` computes this.
  func isSupported(by entry: KernelTable.Entry) -> Bool {
    entry.supports(
      .init(
        convolution, outputs: shape.outputs, reads: reads, writes: writes, takesMeans: shape.takesMeans,
        source: shape.source(order), destination: output, addend: addend == nil ? nil : output))
  }

  /// What the kernel makes of it, as real values in plain order; `nil` for an entry takes what the table chooses.
  func run(by entry: KernelTable.Entry?, threads: Int, selection: TileSelection? = nil) throws -> [Float] {
    let maps = try TestMaps()
    func levels(_ values: [Float], _ scale: Quantisation.Scale?) -> [Float] {
      scale.map { scale in values.map { $0 / scale.step + Float(scale.zeroPoint) } } ?? values
    }
    let scale = writes == .u8 ? Self.result : nil
    let kernel = try ConvolutionKernel(
      convolution, by: entry, outputs: shape.outputs, values: (weights, bias),
      operands: .init(
        reads: reads, writes: writes, source: reads == .u8 ? (shape.isPlanar ? .image : Self.source, steps) : nil,
        destination: scale),
      takesMeans: shape.takesMeans, source: shape.source(order), destination: output,
      addend: addend == nil ? nil : output, threads: threads, on: maps.engine)
    guard let kernel else { return [] }
    let format: MemoryFormat = order == .blocked8 ? .blocked8 : .channelsLast
    let extent = [1, shape.outputs, shape.result.height, shape.result.width]
    let destination = try maps.map(extent, writes, format)
    kernel.run(
      source: try maps.map(
        [1, shape.inputs, shape.height, shape.width], shape.isPlanar && reads != .f32 ? .u8 : reads,
        shape.isPlanar ? .plain : format, levels(input, reads == .u8 && !shape.isPlanar ? Self.source : nil)),
      destination: destination, addend: try addend.map { try maps.map(extent, writes, format, levels($0, scale)) },
      scratch: try maps.scratch(kernel), selection: selection)
    let found = try maps.values(destination)
    return scale.map { scale in found.map { ($0 - Float(scale.zeroPoint)) * scale.step } } ?? found
  }
}
