import Foundation
import GELAN
import Inference
import TestSupport
import Testing

/// Compiled networks against the reference implementation, on weights and an image given by formula.
@Suite(.serialized) struct CompiledNetworkTests {
  @Test(
    arguments: [
      ("t", .blocked8), ("t", .channelsLast), ("s", .blocked8), ("m", .blocked8), ("m", .channelsLast),
      ("c", .channelsLast), ("c", .blocked8), ("e", .blocked8),
    ] as [(String, CompilationOptions.ChannelOrder)])
  func `each row of each network agrees with the reference`(
    size: String, order: CompilationOptions.ChannelOrder
  ) throws {
    let name = "gelan-\(size)"
    let fixture = try JSONDecoder().decode(
      Fixture.self, from: Data(contentsOf: Fixtures.file("networks/\(name).json")))
    let spec = try #require(NetworkSpec.named(name))
    let graph = spec.graph()
    let weights = FormulaWeights(network: name).folded(graph)
    let folded = graph.mainBranch.folded
    // Results with a name survive in the graph; the rows that the fixture lists under the same tap are compared.
    let probes = folded.taps.values.sorted()
    let network = try CompiledNetwork(
      graph, options: .init(height: 256, width: 256, order: order), probes: probes
    ) { weights[$0] }
    let execution = try NetworkExecution(network)
    let image = FormulaWeights.image(height: 256, width: 256).map { $0 * 255 }
    try execution.setInput(image)
    try execution.run()

    for (index, layer) in spec.layers.enumerated() where !layer.tap.isEmpty {
      guard let node = folded.taps[layer.tap], fixture.layers[index].outputs.count == 1 else { continue }
      let values = try execution.values(of: node)
      let tolerance = Float(5 * max(fixture.layers[index].err32, fixture.layers[index].fused_diff) + 1e-5)
      let expected = fixture.layers[index].outputs[0]
      for (position, value) in zip(expected.index, expected.value) {
        #expect(abs(values[position] - value) <= tolerance, "row \(index) (\(layer.tap)) at \(position)")
      }
    }
    for (level, expected) in zip(network.head.levels, fixture.head.main.raw) {
      let values = try execution.values(of: level.boxes) + execution.values(of: level.classes)
      for (position, value) in zip(expected.index, expected.value) {
        #expect(abs(values[position] - value) <= 5e-3 * max(1, abs(value)), "head at stride \(level.stride)")
      }
    }
  }

  private struct Fixture: Decodable {
    var layers: [Layer]
    var head: Heads

    // The names are those of the file.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct Layer: Decodable {
      var outputs: [Output]
      var err32: Double
      var fused_diff: Double
    }
    struct Output: Decodable {
      var index: [Int]
      var value: [Float]
    }
    struct Heads: Decodable { var main: Head }
    struct Head: Decodable { var raw: [Output] }
  }
}
