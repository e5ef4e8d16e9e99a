import Foundation
import OneDNN
import Testing

@testable import GELAN
@testable import Inference

/// Winograd's convolution against the direct sum over the window, in double precision.
@Suite struct WinogradTests {
  struct Shape: Sendable, CustomTestStringConvertible {
    var inputs: Int
    var outputs: Int
    var height: Int
    var width: Int
    var groups = 1
    var testDescription: String { "\(inputs)→\(outputs) channels in \(groups) groups, \(height)×\(width)" }
  }

  /// Sides that are no multiple of a tile, maps smaller than one, and every width of a strip of output channels.
  static let shapes = [
    Shape(inputs: 8, outputs: 8, height: 1, width: 1), Shape(inputs: 16, outputs: 24, height: 7, width: 10),
    Shape(inputs: 24, outputs: 40, height: 13, width: 5), Shape(inputs: 48, outputs: 16, height: 3, width: 17),
    Shape(inputs: 64, outputs: 64, height: 9, width: 11, groups: 4),
    Shape(inputs: 136, outputs: 80, height: 6, width: 6),
  ]

  @Test(arguments: shapes, [CompilationOptions.ChannelOrder.blocked8, .channelsLast])
  func `it computes the sum over the window`(_ shape: Shape, order: CompilationOptions.ChannelOrder) throws {
    for (activation, hasAddend, threads) in [(Graph.Activation.silu, true, 1), (.none, false, 2), (.relu, true, 2)] {
      let convolution = Graph.Convolution(
        parameters: "test", normalisation: nil, inputChannels: shape.inputs, outputChannels: shape.outputs,
        window: .init(kernel: 3, stride: 1, padding: 1), groups: shape.groups, activation: activation)
      #expect(WinogradConvolution.supports(convolution, outputs: shape.outputs))
      var random = Sequence()
      let weights = (0..<convolution.weightCount).map { _ in random.next() }
      let bias = (0..<shape.outputs).map { _ in random.next() }
      let input = (0..<(shape.inputs * shape.height * shape.width)).map { _ in random.next() }
      let addend = hasAddend ? (0..<(shape.outputs * shape.height * shape.width)).map { _ in random.next() } : nil

      let result = try run(shape, convolution, weights, bias, input, addend, order: order, threads: threads)
      let expected = direct(shape, convolution, weights, bias, input, addend)
      // The transforms multiply by up to 8 and add up to 36 products more than the direct way.
      let tolerance = 2e-5 * Double(shape.inputs / shape.groups).squareRoot()
      let worst = zip(result, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(worst <= tolerance, "\(activation), \(threads) threads")
    }
  }

  @Test(arguments: [(3, 2, 1, 8, 8), (1, 1, 0, 8, 8), (3, 1, 1, 12, 8), (3, 1, 1, 8, 20)])
  func `what it cannot compute it leaves to the library`(
    kernel: Int, stride: Int, padding: Int, inputs: Int, outputs: Int
  ) {
    let convolution = Graph.Convolution(
      parameters: "test", normalisation: nil, inputChannels: inputs, outputChannels: outputs,
      window: .init(kernel: kernel, stride: stride, padding: padding), groups: 1, activation: .silu)
    #expect(!WinogradConvolution.supports(convolution, outputs: outputs))
  }

  private struct Sequence {
    var state: UInt64 = 1
    mutating func next() -> Float {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
    }
  }

  private func run(
    _ shape: Shape, _ convolution: Graph.Convolution, _ weights: [Float], _ bias: [Float], _ input: [Float],
    _ addend: [Float]?, order: CompilationOptions.ChannelOrder, threads: Int
  ) throws -> [Float] {
    let engine = try Engine()
    let stream = try ExecutionStream(on: engine)
    let format: MemoryFormat = order == .blocked8 ? .blocked8 : .channelsLast
    func memory(_ channels: Int, _ values: [Float]?) throws -> TensorMemory {
      let extent = [1, channels, shape.height, shape.width]
      let plain = try TensorMemory(try TensorLayout(extent), on: engine)
      plain.fill(with: values ?? [])
      let ordered = try TensorMemory(try TensorLayout(extent, .f32, format), on: engine)
      try plain.copy(into: ordered, on: stream, engine: engine)
      return ordered
    }
    func placement(_ channels: Int) -> WinogradConvolution.Placement {
      .init(order, channels: channels, height: shape.height, width: shape.width)
    }
    let kernel = try WinogradConvolution(
      convolution, outputs: shape.outputs, values: (weights, bias), height: shape.height, width: shape.width,
      source: placement(shape.inputs), destination: placement(shape.outputs), addend: placement(shape.outputs),
      threads: threads, on: engine)
    let destination = try memory(shape.outputs, nil)
    kernel.run(
      source: try memory(shape.inputs, input), destination: destination,
      addend: try addend.map { try memory(shape.outputs, $0) },
      scratch: try TensorMemory(try TensorLayout([kernel.scratchCount]), on: engine))
    let plain = try TensorMemory(try TensorLayout(destination.layout.shape), on: engine)
    try destination.copy(into: plain, on: stream, engine: engine)
    return plain.floats
  }

  private func direct(
    _ shape: Shape, _ convolution: Graph.Convolution, _ weights: [Float], _ bias: [Float], _ input: [Float],
    _ addend: [Float]?
  ) -> [Double] {
    let inputs = shape.inputs / shape.groups, outputs = shape.outputs / shape.groups
    var result: [Double] = []
    for output in 0..<shape.outputs {
      for y in 0..<shape.height {
        for x in 0..<shape.width {
          var sum = Double(bias[output])
          for channel in 0..<inputs {
            let map = (output / outputs * inputs + channel) * shape.height
            for dy in 0..<3 where (0..<shape.height).contains(y + dy - 1) {
              for dx in 0..<3 where (0..<shape.width).contains(x + dx - 1) {
                sum +=
                  Double(weights[(output * inputs + channel) * 9 + dy * 3 + dx])
                  * Double(input[(map + y + dy - 1) * shape.width + x + dx - 1])
              }
            }
          }
          switch convolution.activation {
          case .none: break
          case .silu: sum /= 1 + exp(-sum)
          case .relu: sum = max(sum, 0)
          }
          if let addend { sum += Double(addend[result.count]) }
          result.append(sum)
        }
      }
    }
    return result
  }
}
