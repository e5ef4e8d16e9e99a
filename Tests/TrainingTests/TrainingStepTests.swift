import Foundation
import GELAN
import OneDNN
import TestSupport
import Testing

@testable import Training

@Suite(.serialized) struct `A training step equals the published one` {
  // The names are those of the file.
  // swift-format-ignore: AlwaysUseLowerCamelCase
  struct Fixture: Decodable {
    struct Map: Decodable {
      var index: [Int]
      var value: [Float]
    }
    struct Normalisation: Decodable {
      var name: String
      var running_mean_first8: [Float]
      var running_var_first8: [Float]
    }
    struct Parameter: Decodable {
      var name: String
      var grad_norm: Float
      var index: [Int]
      var grad: [Float]
      var before: [Float]
      var after: [Float]
      var after_step2: [Float]
    }
    struct Second: Decodable {
      var loss: Double
      var grad_total_norm: Double
    }
    var weight_parameters: [String: Double]
    var targets: [[Float]]
    var loss: Double
    var grad_total_norm_before_clip: Double
    var batch_norm_after_step: [Normalisation]
    var parameters: [Parameter]
    var second_step: Second
    var all_gradient_norms: [String: Double]
  }

  @Test(arguments: ["gelan-t", "yolov9-t"]) func `loss, gradients and weights`(name: String) throws {
    let data = try Data(contentsOf: Fixtures.file("training/\(name)-step.json"))
    let fixture = try JSONDecoder().decode(Fixture.self, from: data)
    var spec = try #require(NetworkSpec.named(name))
    spec.classCount = 3
    let graph = spec.graph()
    let table = ParameterTable(graph: graph)
    let parameters = FormulaWeights.training(table, layers: spec.layers.count, set: fixture.weight_parameters)
    let network = try TrainableNetwork(
      graph, batch: 2, height: 64, width: 64, table: table, parameters: parameters, engine: try Engine())
    let targets = fixture.targets.map {
      ObjectTarget(image: Int($0[0]), classID: Int($0[1]), centreX: $0[2], centreY: $0[3], width: $0[4], height: $0[5])
    }
    let images = FormulaWeights.image(2, 64, 64)
    let loss = DetectionLoss()
    var optimizer = StochasticGradient(table: table, decay: 0.0005)
    let rates = LearningSchedule.Rates(bias: 0.01, weight: 0.01, momentum: 0.937, accumulate: 1)

    let outcome = loss.evaluate(try network.forward(images), targets: targets)
    #expect(abs(Double(outcome.total) - fixture.loss) <= 1e-5 * fixture.loss)
    try network.backward(outcome.gradients)
    for entry in table.entries where entry.role != .statistic {
      let expected = try #require(fixture.all_gradient_norms[entry.name])
      let norm = network.gradient.values(entry.range).reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
      #expect(abs(norm - expected) <= 1e-3 * expected + 1e-5, "gradient norm of \(entry.name)")
    }
    for parameter in fixture.parameters {
      let range = try #require(table[parameter.name]).range
      for (index, expected) in zip(parameter.index, parameter.grad) {
        let got = network.gradient[range.lowerBound + index]
        #expect(abs(got - expected) <= 1e-3 * abs(expected) + 1e-4 * parameter.grad_norm + 1e-6, "\(parameter.name)")
      }
    }
    network.updateStatistics(parameters)
    for normalisation in fixture.batch_norm_after_step {
      let mean = try #require(table["\(normalisation.name).running_mean"]).range
      let variance = try #require(table["\(normalisation.name).running_var"]).range
      #expect(largestDifference(Array(parameters.values(mean).prefix(8)), normalisation.running_mean_first8) < 1e-6)
      #expect(largestDifference(Array(parameters.values(variance).prefix(8)), normalisation.running_var_first8) < 1e-5)
    }
    let norm = optimizer.step(parameters, gradient: network.gradient, table: table, rates: rates)
    #expect(abs(norm - fixture.grad_total_norm_before_clip) <= 1e-4 * norm)
    for parameter in fixture.parameters {
      let range = try #require(table[parameter.name]).range
      let values = parameter.index.map { parameters[range.lowerBound + $0] }
      #expect(largestDifference(values, parameter.after) <= 1e-5, "\(parameter.name) after one step")
    }
    let second = loss.evaluate(try network.forward(images), targets: targets)
    #expect(abs(Double(second.total) - fixture.second_step.loss) <= 1e-4 * fixture.second_step.loss)
    try network.backward(second.gradients)
    let secondNorm = optimizer.step(parameters, gradient: network.gradient, table: table, rates: rates)
    #expect(abs(secondNorm - fixture.second_step.grad_total_norm) <= 1e-3 * secondNorm)
    for parameter in fixture.parameters {
      let range = try #require(table[parameter.name]).range
      let values = parameter.index.map { parameters[range.lowerBound + $0] }
      #expect(largestDifference(values, parameter.after_step2) <= 1e-5, "\(parameter.name) after two steps")
    }
  }
}

/// Convolutions of fewer channels than a vector has.
@Suite(.serialized) struct `Narrow convolutions` {
  private static func network(
    _ block: Aggregation.Kind? = nil
  ) throws -> (network: TrainableNetwork, parameters: FloatBuffer, table: ParameterTable) {
    var spec = try #require(NetworkSpec.named("gelan-p")).replacingBlocks(kind: block)
    spec.classCount = 3
    let graph = spec.graph()
    let table = ParameterTable(graph: graph)
    let parameters = FloatBuffer(count: table.count)
    InitialWeights.write(to: parameters, table: table, graph: graph, seed: 3)
    let network = try TrainableNetwork(
      graph, batch: 2, height: 64, width: 64, table: table, parameters: parameters, engine: try Engine())
    return (network, parameters, table)
  }

  @Test(.enabled(if: Engine.instructionSet >= .avx2, "skipped: needs AVX2"))
  func `are not left to reference code`() throws {
    let steps = try Self.network().network.steps
    let kernels = steps.filter { $0.implementation.hasPrefix("ref") && !$0.implementation.hasPrefix("ref:any") }
    #expect(kernels.isEmpty, "\(kernels.map(\.part))")
    let narrow = steps.filter { $0.part.hasPrefix("model.2.cv2") }
    #expect(narrow.contains { $0.part.hasSuffix("weights") })
    #expect(narrow.allSatisfy { !$0.implementation.hasPrefix("ref") }, "\(narrow.map(\.implementation))")
  }

  @Test(
    arguments: [
      (nil, ["model.2.cv1.conv.weight", "model.2.cv2.conv.weight", "model.2.cv3.conv.weight"]),
      // Within the channels and across them, in the first and a deep stage.
      (
        .depthwise,
        [
          "model.2.cv2.0.0.cv1.conv.weight", "model.2.cv2.0.0.cv2.conv.weight", "model.6.cv2.0.0.cv1.conv.weight",
          "model.6.cv3.0.0.cv1.conv.weight", "model.6.cv3.0.0.cv2.bn.weight",
        ]
      ),
      // Queries, keys and values; the place within the window; the projection and both convolutions behind it.
      (
        .attention,
        [
          "model.2.cv2.0.0.cv1.conv.weight", "model.2.cv2.0.0.cv1.bn.weight", "model.2.cv2.0.0.cv2.conv.weight",
          "model.2.cv2.0.0.cv3.conv.weight", "model.6.cv2.0.0.cv1.conv.weight", "model.6.cv3.0.0.cv4.conv.weight",
          "model.6.cv3.0.0.cv5.bn.weight",
        ]
      ),
    ] as [(Aggregation.Kind?, [String])])
  func `have the gradients that finite differences give`(block: Aggregation.Kind?, names: [String]) throws {
    let (network, parameters, table) = try Self.network(block)
    let images = FormulaWeights.image(2, 64, 64)
    var random = SampleRandom(seed: 4, epoch: 0, index: 0)
    let maps = try network.forward(images)
    var slopes = maps
    for head in slopes.indices {
      for level in slopes[head].levels.indices {
        for index in slopes[head].levels[level].values.indices {
          slopes[head].levels[level].values[index] = random.uniform(-1, 1)
        }
      }
    }
    func value() throws -> Double {
      zip(try network.forward(images), slopes).reduce(0) { sum, pair in
        zip(pair.0.levels, pair.1.levels).reduce(sum) { sum, pair in
          zip(pair.0.values, pair.1.values).reduce(sum) { $0 + Double($1.0) * Double($1.1) }
        }
      }
    }
    try network.backward(slopes)
    let gradient = network.gradient.values(0..<table.count)
    for name in names {
      let entry = try #require(table.entries.first { $0.name == name })
      let strongest = entry.range.max { abs(gradient[$0]) < abs(gradient[$1]) }
      let index = try #require(strongest)
      // Steep curves bend within a long step, and the difference of a short one drowns in rounding.
      let old = parameters[index], step = min(0.0005, 0.2 / abs(gradient[index]))
      parameters[index] = old + step
      let above = try value()
      parameters[index] = old - step
      let below = try value()
      parameters[index] = old
      let numeric = (above - below) / Double(2 * step)
      #expect(abs(numeric - Double(gradient[index])) < 0.03 * abs(numeric), "\(name): \(numeric), \(gradient[index])")
    }
  }
}
