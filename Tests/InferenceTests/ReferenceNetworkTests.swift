import GELAN
import TestSupport
import Testing

@testable import Inference

/// Whole small networks, compiled and computed by definition: every block, every computational block of GELAN at several
/// depths, in both orders of memory.
@Suite struct ReferenceNetworkTests {
  private static let orders: [CompilationOptions.ChannelOrder] = [.blocked8, .channelsLast]

  /// A network whose one GELAN block is `block`; its maps have odd sizes.
  private static func network(_ block: Block) -> NetworkSpec {
    NetworkSpec(
      name: "small",
      layers: [
        .init(.convolution(8, kernel: 3, stride: 2)), .init(block, tap: "P3"),
        .init(.averageDown(16), tap: "P4"), .init(.splitDown(16), tap: "P5"),
      ],
      mainTaps: ["P3", "P4", "P5"], headStyle: HeadStyle(boxGroups: 4, classWidth: .fixed(12), bins: 4), classCount: 3)
  }

  @Test(
    arguments: [
      .convolution, .residual(depth: 2), .dark(depth: 2), .depthwise(depth: 2), .attention(depth: 1),
      .attention(depth: 2), .csp(depth: 1), .csp(depth: 3),
    ]
      as [Aggregation.Computation], [1, 2, 3])
  func `GELAN takes any computational block at any depth`(computation: Aggregation.Computation, depth: Int) throws {
    // A branch of 20 channels has halves that are no whole blocks of eight.
    for (transition, branch) in [(16, 16), (24, 20)] {
      let block = Block.gelan(
        .init(output: 24, transition: transition, branch: branch, computation: computation, depth: depth))
      try compare(Self.network(block))
    }
  }

  @Test func `every other block computes what it is defined as`() throws {
    let spec = NetworkSpec(
      name: "blocks",
      layers: [
        .init(.input),
        .init(.convolution(16, kernel: 3, stride: 2)),
        .init(.gelan(.init(output: 16, transition: 16, branch: 8, computation: .csp(depth: 1))), tap: "B1"),
        .init(.averageDown(32), tap: "B2"),
        .init(.splitDown(32), tap: "B3"),
        .init(.pyramidPooling(output: 32, hidden: 16), tap: "N3"),
        .init(.crossLinear([16, 24, 32]), tap: "C3"),
        .init(.upsample, from: ["N3"]),
        .init(.concatenation, from: [.previous, "B2"]),
        .init(.gelan(.init(output: 24, transition: 24, branch: 12, computation: .convolution)), tap: "P4"),
        // One source and the target, and two sources: sums of two and of three.
        .init(.crossFusion([1]), from: ["C3", "P4"], tap: "F4"),
        .init(.crossLinear([16, 24]), from: ["F4"], tap: "C4"),
        .init(.convolution(16, kernel: 1, stride: 1), from: ["B1"]),
        .init(.crossFusion([0, 0]), from: ["C3", "C4", .previous], tap: "P3"),
        .init(.convolution(32, kernel: 3, stride: 2), from: ["P4"], tap: "P5"),
      ],
      mainTaps: ["P3", "P4", "P5"], headStyle: HeadStyle(boxGroups: 1, classWidth: .fixed(8), bins: 4), classCount: 2)
    try compare(spec)
  }

  @Test func `a sum whose last operand is a fresh convolution is computed after all its operands`() throws {
    // The target of the fusion is the row before, so its convolution stands before the enlargement it is added to.
    let spec = NetworkSpec(
      name: "fusion",
      layers: [
        .init(.convolution(16, kernel: 3, stride: 2), tap: "B1"),
        .init(.convolution(16, kernel: 3, stride: 2), tap: "B2"),
        .init(.crossLinear([8, 16]), tap: "C2"),
        .init(.convolution(16, kernel: 3, stride: 1), from: ["B1"]),
        .init(.crossFusion([1]), from: ["C2", .previous], tap: "P3"),
        .init(.convolution(16, kernel: 3, stride: 2), from: ["B2"], tap: "P4"),
      ],
      mainTaps: ["P3", "P4"], headStyle: HeadStyle(boxGroups: 1, classWidth: .fixed(8), bins: 4), classCount: 2)
    try compare(spec)
  }

  /// The compiled, folded network against the unfolded one computed by definition.
  private func compare(_ spec: NetworkSpec) throws {
    let graph = spec.graph()
    let formula = FormulaWeights()
    let (unfolded, folded) = (formula.unfolded(graph), formula.folded(graph))
    // Sides whose halves are odd at every level.
    let (height, width) = (3 * graph.stride, 5 * graph.stride)
    let levels = FormulaWeights.image(height: height, width: width)
    let image = ReferenceMap(channels: 3, height: height, width: width, values: levels)
    let expected = try ReferenceNetwork(graph: graph) { unfolded[$0] }.run(image)
    let definedFolded = try ReferenceNetwork(graph: graph.folded) { folded[$0] }.run(image)
    for order in Self.orders {
      let network = try CompiledNetwork(
        graph, options: .init(height: height, width: width, order: order)
      ) { folded[$0] }
      let execution = try NetworkExecution(network)
      try execution.setInput(levels.map { $0 * 255 })
      try execution.run()
      let whole = graph.mainHead.levels, foldedLevels = graph.folded.mainHead.levels
      for (index, level) in network.head.levels.enumerated() {
        let pairs = [
          (level.boxes, whole[index].boxes, foldedLevels[index].boxes),
          (level.classes, whole[index].classes, foldedLevels[index].classes),
        ]
        for (compiled, defined, merged) in pairs {
          let values = try execution.values(of: compiled)
          for map in [expected[defined], definedFolded[merged]] {
            #expect(values.count == map.values.count)
            let largest = map.values.reduce(1) { max($0, abs($1)) }
            let worst = zip(values, map.values).map { abs($0 - $1) }.max() ?? 0
            #expect(worst <= 1e-4 * largest, "\(spec.name), \(order.rawValue), stride \(level.stride): off by \(worst)")
          }
        }
      }
    }
  }
}
