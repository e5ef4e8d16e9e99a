import Foundation
import OneDNN
import Testing

@testable import GELAN
@testable import Inference

/// Which kernel the table gives, and what is common to all of them.
@Suite struct KernelTableTests {
  typealias Shape = ConvolutionShape

  @Test(
    arguments: [
      (Graph.Window(kernel: 5, stride: 2, padding: 2), 8, 8, 1), (Graph.Window(kernel: 1, stride: 2), 8, 8, 1),
      (Graph.Window(kernel: 3, stride: 1, padding: 1), 12, 8, 1), (Graph.Window(kernel: 1), 16, 24, 2),
    ])
  func `what no kernel supports is left to the library`(window: Graph.Window, inputs: Int, outputs: Int, groups: Int) {
    let shape = Shape(inputs: inputs, outputs: outputs, height: 8, width: 8, window: window, groups: groups)
    for element in [MapElement.f32, .bf16, .u8] {
      let isSupported = KernelTable.supports(shape.convolution(.silu), outputs: outputs, reads: element)
      #expect(!isSupported || Processor.instructions == "reference")
    }
  }

  @Test(.enabled(if: CompilationOptions.Precision.int8.isNative, "skipped: no integer kernel for this processor"))
  func `wide layers are computed by minimal filtering`() {
    func algorithm(
      _ inputs: Int, _ outputs: Int, _ window: Graph.Window = .init(kernel: 3, stride: 1, padding: 1)
    ) -> Substring? {
      let shape = Shape(inputs: inputs, outputs: outputs, height: 8, width: 8, window: window)
      let placement = MapPlacement(.blocked8, channels: inputs, height: 8, width: 8)
      return KernelTable.choose(
        .init(
          shape.convolution(.silu), outputs: outputs, reads: .u8, writes: .u8, takesMeans: false, source: placement,
          destination: placement, addend: nil))?.name.prefix { $0 != ":" }
    }
    guard Processor.instructions != "reference" else { return }
    #expect(algorithm(32, 48) == "winograd" || Processor.instructions.hasPrefix("amx"))
    #expect(algorithm(16, 32) == "direct" && algorithm(64, 36) == "direct")
    #expect(algorithm(64, 64, .down) == "direct" && algorithm(64, 64, .point) == "direct")
  }

  @Test func `the levels of instructions ascend, and this processor is at one of them`() {
    #expect(Processor.levels.prefix(3) == ["reference", "avx2", "avx_vnni"])
    #expect(Processor.levels.contains(Processor.instructions))
    #expect(!Processor.name.isEmpty)
  }

  /// The activation alone: a point of weight one, over all that a float may be.
  @Test func `the activation is right to a few units in the last place, and finite where its input is`() throws {
    let shape = Shape(inputs: 8, outputs: 8, height: 1, width: 4_001, window: .point)
    var example = ConvolutionExample(shape, .silu, reads: .f32, writes: .f32)
    example.weights = [Float](repeating: 0, count: 64)
    for channel in 0..<8 { example.weights[channel * 9] = 1 }
    example.bias = [Float](repeating: 0, count: 8)
    let limits: [Float] = [1, 10, 40, 80, 87, 100, 1e4, .greatestFiniteMagnitude]
    example.input = limits.flatMap { limit in (0...4_000).map { place in Float(place - 2_000) / 2_000 * limit } }
    for entry in KernelTable.entries where entry.isDetected && example.isSupported(by: entry) {
      for (y, x) in zip(try example.run(by: entry, threads: 1), example.input) {
        let expected = Double(x) / (1 + exp(-Double(x)))
        if abs(x) <= 80 {
          // The logarithm of e to base 2 is rounded, so the power's relative error grows with |x|; what it is the power of
          // shrinks much faster.
          #expect(abs(Double(y) - expected) <= (4e-7 + 4e-8 * Double(abs(x))) * abs(expected), "\(entry.name): \(x)")
        } else {
          #expect(
            y.isFinite && (x > 0 ? y == x : abs(y) <= max(1e-30, abs(x) * 1e-37)), "\(entry.name): \(x) gives \(y)")
        }
      }
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
    let example = ConvolutionExample(shape, .none, reads: .f32, writes: .f32)
    Self.setDynamic?(1)
    defer { Self.setDynamic?(0) }
    for entry in KernelTable.entries where entry.isDetected && example.isSupported(by: entry) {
      let found = try example.run(by: entry, threads: threads)
      let worst = zip(found, example.expected).map { abs(Double($0) - $1) }.max() ?? .infinity
      #expect(worst < 1e-4, "\(entry.name), \(threads) threads")
    }
  }
}

extension KernelTable.Entry: CustomTestStringConvertible {
  /// The name of the kernel.
  public var testDescription: String { name }
}
