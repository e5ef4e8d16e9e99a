import Foundation
import OneDNN
import Testing

@testable import GELAN
@testable import Inference

/// A convolution to compute, and its sums by definition.
struct ConvolutionShape: Sendable, CustomTestStringConvertible {
  var inputs: Int
  var outputs: Int
  /// Sides of the input.
  var height: Int
  var width: Int
  var window = Graph.Window(kernel: 3, stride: 1, padding: 1)
  var groups = 1
  /// Whether 2×2 means are taken before.
  var takesMeans = false
  /// Whether the input is an image in planes.
  var isPlanar = false

  var testDescription: String {
    "\(inputs)→\(outputs) channels in \(groups) groups, \(height)×\(width), window \(window.kernel) by "
      + "\(window.stride)\(takesMeans ? " of means" : "")\(isPlanar ? " of planes" : "")"
  }

  /// Where the input lies.
  func source(_ order: CompilationOptions.ChannelOrder) -> MapPlacement {
    isPlanar
      ? MapPlacement(planesOf: height, by: width)
      : MapPlacement(order, channels: inputs, height: height, width: width)
  }

  var result: (height: Int, width: Int) {
    func side(_ side: Int) -> Int {
      (side - (takesMeans ? 1 : 0) + 2 * window.padding - window.kernel) / window.stride + 1
    }
    return (side(height), side(width))
  }

  /// The convolution with an activation behind it.
  func convolution(_ activation: Graph.Activation) -> Graph.Convolution {
    Graph.Convolution(
      parameters: "test", normalisation: nil, inputChannels: inputs, outputChannels: outputs, window: window,
      groups: groups, activation: activation)
  }

  /// Its outputs (channels × height × width) in double precision: activation(conv + bias), plus the addend. `mean` is what
  /// becomes of the mean of four values.
  func sums(
    _ activation: Graph.Activation, _ weights: [Float], _ bias: [Float], _ input: [Float], _ addend: [Float]?,
    mean: (Double) -> Double = { $0 }
  ) -> [Double] {
    let perGroup = inputs / groups, outputsPerGroup = outputs / groups
    let (rows, columns) = result
    /// The input at a place of a map, zero beyond its sides.
    func value(_ map: Int, _ y: Int, _ x: Int) -> Double {
      let less = takesMeans ? 1 : 0
      guard (0..<height - less).contains(y), (0..<width - less).contains(x) else { return 0 }
      func at(_ y: Int, _ x: Int) -> Double { Double(input[(map * height + y) * width + x]) }
      return takesMeans ? mean((at(y, x) + at(y + 1, x) + at(y, x + 1) + at(y + 1, x + 1)) / 4) : at(y, x)
    }
    var result: [Double] = []
    for output in 0..<outputs {
      for y in 0..<rows {
        for x in 0..<columns {
          var sum = Double(bias[output])
          for channel in 0..<perGroup {
            for dy in 0..<window.kernel {
              for dx in 0..<window.kernel {
                sum +=
                  Double(weights[((output * perGroup + channel) * window.kernel + dy) * window.kernel + dx])
                  * value(
                    output / outputsPerGroup * perGroup + channel, y * window.stride - window.padding + dy,
                    x * window.stride - window.padding + dx)
              }
            }
          }
          switch activation {
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

/// Numbers between -1 and 1, the same each time.
struct NumberSequence {
  var state: UInt64 = 1
  mutating func next() -> Float {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Float(Int32(truncatingIfNeeded: state >> 32)) / Float(Int32.max)
  }
}

extension Graph.Window {
  static let point = Graph.Window(kernel: 1)
  static let down = Graph.Window(kernel: 3, stride: 2, padding: 1)
}

/// Brings maps into the order in which a kernel reads them, and back.
struct TestMaps {
  let engine: Engine
  private let stream: ExecutionStream

  init() throws {
    engine = try Engine()
    stream = try ExecutionStream(on: engine)
  }

  /// A map of `extent` with `values` in plain order; zeros without.
  func map(
    _ extent: [Int], _ element: MapElement = .f32, _ format: MemoryFormat = .blocked8, _ values: [Float] = []
  ) throws -> TensorMemory {
    let plain = try TensorMemory(try TensorLayout(extent), on: engine)
    plain.fill(with: values)
    let ordered = try TensorMemory(try TensorLayout(extent, element, format), on: engine)
    try plain.copy(into: ordered, on: stream, engine: engine)
    return ordered
  }

  /// What `map` holds, in plain order.
  func values(_ map: TensorMemory) throws -> [Float] {
    let plain = try TensorMemory(try TensorLayout(map.layout.shape), on: engine)
    try map.copy(into: plain, on: stream, engine: engine)
    return plain.floats
  }

  /// Scratch memory of `kernel`.
  func scratch(_ kernel: some NativeKernel) throws -> TensorMemory {
    try TensorMemory(try TensorLayout([max(kernel.scratchByteCount, 1)], .u8), on: engine)
  }
}
