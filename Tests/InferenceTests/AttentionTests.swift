import GELAN
import OneDNN
import Testing

@testable import Inference

@Suite struct AttentionTests {
  @Test(
    arguments: [(1, 1), (3, 10), (10, 10), (13, 7), (20, 33)], [(1, 20), (2, 16), (3, 8), (4, 32)])
  func `each position is the weighted mean of the values of its window`(
    size: (height: Int, width: Int), heads: (count: Int, depth: Int)
  ) throws {
    let bench = try OperatorBench()
    let attention = Graph.Attention(heads: heads.count, depth: heads.depth)
    let input = bench.map(3 * heads.count * heads.depth, size.height, size.width).mapped { 3 * $0 }
    let expected = input.attended(attention)
    for (order, format) in [
      (CompilationOptions.ChannelOrder.blocked8, MemoryFormat.blocked8),
      (.channelsLast, .channelsLast),
    ] {
      for threads in [1, 3] {
        let kernel = AttentionKernel(
          attention, height: size.height, width: size.width, order: order, threads: threads)
        let source = try bench.memory(input, format)
        let target = try bench.memory(like: expected, format)
        let scratch = try TensorMemory(
          try TensorLayout([kernel.scratchByteCount], .u8), on: bench.engine)
        kernel.run(
          source: source, destination: target, addend: nil, scratch: scratch, selection: nil)
        try bench.expect(target, expected)
      }
    }
  }

  @Test func `windows divide a map evenly, ten cells wide at most`() {
    let attention = Graph.Attention(heads: 1, depth: 8)
    #expect(attention.parts(of: 20) == [0..<10, 10..<20])
    #expect(attention.parts(of: 21) == [0..<7, 7..<14, 14..<21])
    #expect(attention.parts(of: 4) == [0..<4])
  }

  @Test func `the work of attention counts as two operations for each multiply-add`() throws {
    let spec = try #require(NetworkSpec.named("gelan-n")).replacingBlocks(kind: .attention)
    let graph = spec.graph().folded
    let sizes = graph.sizes(height: 320, width: 320)
    var products = 0
    for node in graph.nodes {
      guard case .attention(let attention) = node.operation else { continue }
      // Both sides are multiples of ten: each position reads a hundred.
      products +=
        2 * sizes[node.id].height * sizes[node.id].width * 100 * attention.heads * attention.depth
    }
    #expect(products > 0)
    let convolutions = graph.convolutions.reduce(0) { sum, entry in
      sum + entry.convolution.workPerPosition * sizes[entry.node.id].height
        * sizes[entry.node.id].width
    }
    #expect(
      abs(graph.gigaflops(height: 320, width: 320) - Double(2 * (products + convolutions)) / 1e9)
        < 1e-9)
  }
}
