import Foundation
import GELAN
import TestSupport
import Testing

/// Sizes and costs of the published networks: `FACTS.md` §2.6, itself measured on the reference implementation.
@Suite struct PublishedNetworksTests {
  @Test(
    arguments: [
      ("gelan-t", 2_442_640, 2_407_632, 10.08, 9.82),
      ("gelan-s", 7_226_208, 7_105_888, 27.04, 26.38),
      ("gelan-m", 20_124_000, 19_978_672, 77.34, 76.31),
      ("gelan-c", 25_498_752, 25_288_768, 103.50, 102.14),
      ("gelan-e", 58_114_432, 57_345_920, 192.49, 188.95),
      ("yolov9-t", 3_717_680, 3_674_576, 16.52, 16.16),
      ("yolov9-s", 9_804_512, 9_659_168, 39.94, 39.05),
      ("yolov9-m", 32_878_432, 32_667_400, 133.02, 131.32),
      ("yolov9-c", 51_182_080, 50_880_768, 239.87, 237.63),
      ("yolov9-e", 69_529_664, 68_669_632, 245.51, 241.34),
    ] as [(String, Int, Int, Double, Double)])
  func `parameters and cost equal the published table`(
    name: String, parameters: Int, folded: Int, cost: Double, foldedCost: Double
  ) throws {
    let graph = try #require(NetworkSpec.named(name)).graph()
    #expect(graph.parameterCount == parameters)
    #expect(graph.folded.parameterCount == folded)
    #expect(abs(graph.gigaflops(height: 640, width: 640) - cost) < 0.1)
    #expect(abs(graph.folded.gigaflops(height: 640, width: 640) - foldedCost) < 0.1)
  }

  @Test func `the published T has a class branch of 80 channels`() throws {
    var spec = try #require(NetworkSpec.named("gelan-t"))
    spec.headStyle.classWidth = .fixed(80)
    #expect(spec.graph().parameterCount == 2_036_560)
    #expect(spec.graph().folded.parameterCount == 2_001_840)
    #expect(abs(spec.graph().gigaflops(height: 640, width: 640) - 7.97) < 0.1)
    #expect(abs(spec.graph().folded.gigaflops(height: 640, width: 640) - 7.71) < 0.1)
  }

  @Test(
    arguments: [
      ("gelan-t", 2_128_720, 2_094_000, 8.48, 8.23), ("gelan-s", 7_318_368, 7_198_048, 27.55, 26.90),
      ("gelan-m", 20_216_160, 20_070_832, 77.86, 76.83), ("gelan-c", 25_590_912, 25_380_928, 104.01, 102.65),
      ("gelan-e", 58_206_592, 57_438_080, 193.01, 189.46),
    ] as [(String, Int, Int, Double, Double)])
  func `the dense head gives the counts and costs of Ultralytics`(
    name: String, parameters: Int, folded: Int, cost: Double, foldedCost: Double
  ) throws {
    var spec = try #require(NetworkSpec.named(name))
    spec.headStyle = .ultralytics
    #expect(spec.graph().parameterCount == parameters)
    #expect(spec.graph().folded.parameterCount == folded)
    #expect(abs(spec.graph().gigaflops(height: 640, width: 640) - cost) < 0.1)
    #expect(abs(spec.graph().folded.gigaflops(height: 640, width: 640) - foldedCost) < 0.1)
  }

  @Test func `a model of a dual network is its main branch`() throws {
    let dual = try #require(NetworkSpec.named("yolov9-t"))
    let model = InferenceModel(spec: dual, weights: WeightStore(), classNames: [])
    #expect(model.spec == dual.inference && !model.spec.isDual)
    #expect(model.graph == dual.inference.graph().folded)
  }

  @Test(arguments: ["t", "s", "m", "c", "e"])
  func `without the auxiliary branch the dual network is the single one`(size: String) throws {
    let dual = try #require(NetworkSpec.named("yolov9-\(size)"))
    let single = try #require(NetworkSpec.named("gelan-\(size)"))
    #expect(dual.inference == single)
    let main = dual.graph().mainBranch
    #expect(main.nodes.allSatisfy { !$0.isTrainingOnly })
    #expect(main.parameterCount == single.graph().parameterCount)
    #expect(main.nodes.map(\.operation).count == single.graph().nodes.count)
  }

  @Test(
    arguments: NetworkSpec.published.map(\.name))
  func `rows agree with the reference implementation`(name: String) throws {
    let data = try Data(contentsOf: Fixtures.file("networks/layers.json"))
    let all = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    let networks = try #require(all["networks"] as? [String: [[String: Any]]])
    let rows = try #require(networks[name])
    let spec = try #require(NetworkSpec.named(name))
    let graph = spec.graph()
    #expect(rows.count == spec.layers.count + 1)
    for (index, row) in rows.enumerated() where index < spec.layers.count {
      let parameters = graph.convolutions.filter { $0.convolution.parameters.hasPrefix("model.\(index).") }
        .reduce(0) { $0 + Graph.parameterCount(of: $1.convolution) }
      #expect(parameters == row["parameters"] as? Int, "layer \(index)")
      #expect(spec.layers[index].isTrainingOnly == row["training_only"] as? Bool ?? false, "layer \(index)")
    }
  }
}
