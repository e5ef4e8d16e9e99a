import Foundation
import OneDNN
import Testing

@testable import GELAN
@testable import Inference

/// Every kernel of the table beside the sum over the window in double precision, on odd sizes.
///
/// Kernels whose instructions this processor does not have are not run; their names are printed.
@Suite struct ConvolutionKernelTests {
  typealias Shape = ConvolutionShape

  /// Every width of a strip of output channels, every number of pixels that is left over, outputs to be filled up, windows
  /// over every border, maps smaller than a tile.
  private static let shapes = [
    Shape(inputs: 8, outputs: 8, height: 1, width: 1), Shape(inputs: 16, outputs: 24, height: 7, width: 35),
    Shape(inputs: 24, outputs: 40, height: 13, width: 27), Shape(inputs: 48, outputs: 56, height: 3, width: 17),
    Shape(inputs: 64, outputs: 64, height: 9, width: 11, groups: 4),
    Shape(inputs: 32, outputs: 32, height: 13, width: 27), Shape(inputs: 32, outputs: 32, height: 1, width: 1),
    Shape(inputs: 40, outputs: 80, height: 22, width: 33), Shape(inputs: 128, outputs: 48, height: 16, width: 8),
    Shape(inputs: 64, outputs: 40, height: 5, width: 9), Shape(inputs: 136, outputs: 80, height: 6, width: 6),
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
    Shape(inputs: 3, outputs: 16, height: 12, width: 83, window: .down, isPlanar: true),
    Shape(inputs: 3, outputs: 40, height: 5, width: 7, isPlanar: true),
    Shape(inputs: 5, outputs: 7, height: 9, width: 8, window: Graph.Window(kernel: 5, stride: 2, padding: 2)),
  ]

  private static let detected = KernelTable.entries.filter(\.isDetected)

  @Test(arguments: KernelTable.entries, shapes)
  func `a kernel computes the sum over the window`(_ entry: KernelTable.Entry, _ shape: Shape) throws {
    guard entry.isDetected else { return }
    for reads in [MapElement.f32, .bf16, .u8] {
      for writes in [MapElement.f32, .bf16, .u8] {
        for order in [CompilationOptions.ChannelOrder.blocked8, .channelsLast] {
          for (activation, hasAddend, threads) in [
            (Graph.Activation.silu, true, 1), (.silu, false, 2), (.none, false, 2), (.relu, true, 2),
          ] {
            let example = ConvolutionExample(
              shape, activation, reads: reads, writes: writes, hasAddend: hasAddend, order: order)
            guard example.isSupported(by: entry) else { continue }
            let found = try example.run(by: entry, threads: threads), expected = example.expected
            let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
            let limit = Self.tolerance(entry, example, largest: expected.reduce(1) { max($0, abs($1)) })
            #expect(
              found.count == expected.count && worst <= limit,
              "\(reads) to \(writes), \(order), \(activation), \(threads) threads: off by \(worst)")
          }
        }
      }
    }
  }

  /// What rounding explains: the one tolerance of all kernels.
  private static func tolerance(_ entry: KernelTable.Entry, _ example: ConvolutionExample, largest: Double) -> Double {
    let isWinograd = entry.name.hasPrefix("winograd")
    // Sums in f32. Winograd's transforms multiply by up to 8.
    var limit = largest * (isWinograd ? 4e-6 : 1e-6) * Double(example.shape.inputs).squareRoot()
    if example.reads != .f32 {
      // A quick SiLU; transformed filters, and inputs where they are bf16, are rounded.
      limit = largest * (isWinograd ? 8e-3 : 3e-4)
    }
    switch example.writes {
    case .u8:
      // SiLU by a curve is up to a quarter of a step off.
      let steps = example.convolution.activation == .silu ? 0.76 : 0.51
      return steps * Double(ConvolutionExample.result.step) + (isWinograd ? limit : 0)
    case .bf16: return limit + largest / 256
    default: return limit
    }
  }

  /// A kernel of integers beside the reference: the same bytes where no activation is approximated.
  @Test(arguments: detected.filter { $0.name.hasPrefix("direct") }, shapes)
  func `integer sums are exact`(_ entry: KernelTable.Entry, _ shape: Shape) throws {
    let reference = try #require(KernelTable.entries.first { $0.name == "reference" })
    for (activation, hasAddend) in [(Graph.Activation.none, false), (.relu, true)] {
      let example = ConvolutionExample(shape, activation, reads: .u8, writes: .u8, hasAddend: hasAddend)
      guard !shape.isPlanar, example.isSupported(by: entry) else { continue }
      #expect(try example.run(by: entry, threads: 2) == example.run(by: reference, threads: 1))
    }
  }

  @Test func `the run reports which kernels ran on real instructions`() {
    let missing = KernelTable.entries.filter { !$0.isDetected }.map(\.name)
    print("kernels run on real instructions: \(Self.detected.map(\.name).joined(separator: ", "))")
    print("kernels not run here: \(missing.isEmpty ? "none" : missing.joined(separator: ", "))")
    #expect(Self.detected.contains { $0.name == "reference" })
    #expect(Set(KernelTable.entries.map(\.name)).count == KernelTable.entries.count)
  }

  @Test(
    arguments: detected, [(Graph.Window.point, 24), (.down, 24), (Graph.Window(kernel: 3, stride: 1, padding: 1), 48)])
  func `only the tiles asked for are needed`(_ entry: KernelTable.Entry, _ window: (Graph.Window, Int)) throws {
    let (window, outputs) = window, side = window.stride * 15 + 1
    let shape = Shape(inputs: 32, outputs: outputs, height: side, width: side, window: window)
    var selection = TileSelection(height: 16, width: 16)
    selection.insert(x: 6, y: 5)
    selection.insert(x: 15, y: 15)
    for reads in [MapElement.f32, .bf16, .u8] {
      let example = ConvolutionExample(shape, .none, reads: reads, writes: .f32)
      guard example.isSupported(by: entry) else { continue }
      let (found, expected) = (try example.run(by: entry, threads: 2, selection: selection), example.expected)
      let limit = Self.tolerance(entry, example, largest: expected.reduce(1) { max($0, abs($1)) })
      for index in found.indices {
        let (row, column) = (index % 256).quotientAndRemainder(dividingBy: 16)
        guard (row / 4, column / 4) == (1, 1) || (row / 4, column / 4) == (3, 3) else { continue }
        #expect(abs(Double(found[index]) - expected[index]) <= limit)
      }
    }
  }

  /// Signs of a row of Winograd's input transform, and of the same row of its filter transform.
  private static let extremes: [(input: [Float], filter: [Float])] = [
    ([1, 0, -1, 0, 1, 0], [1, 0, 0]), ([0, -1, -1, 1, 1, 0], [-1, -1, -1]), ([0, -1, -1, 1, 1, 0], [1, 1, 1]),
    ([0, 1, 0, -1, 0, 1], [0, 0, 1]),
  ]

  @Test(arguments: extremes.indices, extremes.indices)
  func `the largest sums stay within their bits`(row: Int, column: Int) throws {
    let shape = Shape(inputs: 64, outputs: 32, height: 12, width: 12)
    var example = ConvolutionExample(shape, .none, reads: .u8, writes: .f32)
    let (rows, columns) = (Self.extremes[row], Self.extremes[column]), source = ConvolutionExample.source
    // All channels do the same, so that all sums are as large as they come: the tile in the middle sees rows and columns 3 to 8.
    example.input = example.input.indices.map { index in
      let (y, x) = (index % 144 / 12 - 3, index % 12 - 3)
      guard (0..<6).contains(y), (0..<6).contains(x) else { return 0 }
      let level: Float = rows.input[y] * columns.input[x] < 0 ? 0 : 255
      return (level - Float(source.zeroPoint)) * source.step
    }
    example.weights = example.weights.indices.map { index in
      Float(Quantisation.weightLimit) * example.steps[index / (64 * 9)] * rows.filter[index % 9 / 3]
        * columns.filter[index % 3]
    }
    let expected = example.expected, largest = expected.reduce(0) { max($0, abs($1)) }
    for entry in Self.detected where example.isSupported(by: entry) {
      let found = try example.run(by: entry, threads: 1)
      let worst = zip(found, expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(worst < largest * 0.05, "\(entry.name)")
    }
  }
}
