import Foundation
import GELAN
import Inference
import TestSupport
import Testing

@testable import Checkpoints

/// Checkpoints of every size and of both families, written here from the formula of the fixtures: what is read must be
/// that network, its main branch, folded.
@Suite(.serialized) struct CheckpointFamilyTests {
  struct Case: Sendable, CustomTestStringConvertible {
    var network: String
    var family = TorchCheckpoint.Family.official
    var isOrdered = false
    var isHalf = false
    var key = "model"

    var testDescription: String {
      "\(family) \(network)\(isOrdered ? ", ordered" : "")\(isHalf ? ", half" : ""), as \(key)"
    }
  }

  @Test(arguments: [
    Case(network: "gelan-t"), Case(network: "gelan-s", isOrdered: true), Case(network: "gelan-m", isHalf: true),
    Case(network: "gelan-c", isHalf: true, key: "ema"), Case(network: "yolov9-t", isOrdered: true),
    Case(network: "yolov9-s", isHalf: true, key: "ema"), Case(network: "yolov9-m", isOrdered: true),
    Case(network: "yolov9-c", isHalf: true), Case(network: "yolov9-e", isHalf: true),
    Case(network: "gelan-t", family: .ultralytics, isHalf: true),
    Case(network: "gelan-s", family: .ultralytics, isOrdered: true),
    Case(network: "gelan-m", family: .ultralytics, isHalf: true),
    Case(network: "gelan-c", family: .ultralytics, isHalf: true),
    Case(network: "gelan-e", family: .ultralytics, isHalf: true),
  ])
  func `a checkpoint gives its network, folded, without what is for training`(_ shape: Case) throws {
    var spec = try #require(NetworkSpec.named(shape.network))
    if shape.family == .ultralytics { spec.headStyle = .ultralytics }
    let graph = spec.graph()
    var parameters = FormulaWeights(network: shape.network).unfolded(graph)
    if shape.isHalf { parameters = parameters.mapValues { $0.map { Float(Float16($0)) } } }
    let file = TemporaryFile(Self.bytes(spec, shape, parameters))

    let checkpoint = try Checkpoint(path: file.path)
    let network = try checkpoint.network()
    #expect(network.spec == spec)
    #expect(!network.isFolded)
    #expect(network.classNames == Self.classNames)
    let model = try checkpoint.inferenceModel(of: network)
    #expect(model.spec.name == shape.network.replacing("yolov9", with: "gelan"))
    #expect(Set(model.weights.tensors.keys) == Set(model.graph.parameterShapes.map(\.name)))

    let expected = FormulaWeights.fold(parameters, of: graph)
    let names = spec.mainBranchNames
    for (name, tensor) in model.weights.tensors {
      let wanted = try #require(expected[names.original(of: name)], "\(name)")
      let largest = wanted.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
      let worst = zip(tensor.values, wanted).reduce(Float(0)) { max($0, abs($1.0 - $1.1)) }
      #expect(tensor.values.count == wanted.count && worst <= 2e-6 * largest, "\(name): off by \(worst) of \(largest)")
    }
  }

  @Test(arguments: [(80, 2_001_840), (128, 2_407_632)])
  func `which of its two widths a T has is read from the file`(width: Int, count: Int) throws {
    var spec = try #require(NetworkSpec.named("gelan-t"))
    spec.headStyle.classWidth = .fixed(width)
    let file = TemporaryFile(
      Self.bytes(spec, Case(network: "gelan-t"), FormulaWeights().unfolded(spec.graph())))
    let model = try InferenceModel(path: file.path)
    #expect(model.spec.name == "gelan-t" && model.classWidth == width)
    #expect(model.graph.parameterCount == count)
  }

  @Test(arguments: ["gelan-n", "gelan-t"])
  func `a network whose tensors are all in a larger one is distinguished from it`(name: String) throws {
    let file = TemporaryFile()
    try #require(FormulaWeights().model(named: name)).write(to: file.path, licence: nil, origin: "a test")
    #expect(try Checkpoint(path: file.path).network().spec.name == name)
  }

  @Test func `averaged weights are preferred`() throws {
    let spec = try #require(NetworkSpec.named("gelan-t"))
    let parameters = FormulaWeights().unfolded(spec.graph())
    for (key, origin) in [("ema", "averaged weights (ema)"), ("model", "model")] {
      let file = TemporaryFile(Self.bytes(spec, Case(network: "gelan-t", key: key), parameters))
      #expect(try Checkpoint(path: file.path).description.origin == origin)
    }
  }

  @Test func `training weights keep the auxiliary branch`() throws {
    let spec = try #require(NetworkSpec.named("yolov9-t"))
    let file = TemporaryFile(
      Self.bytes(spec, Case(network: "yolov9-t"), FormulaWeights(network: "yolov9-t").unfolded(spec.graph())))
    let checkpoint = try Checkpoint(path: file.path)
    let network = try checkpoint.network()
    let weights = try checkpoint.trainingWeights(of: network)
    #expect(weights["model.29.cv2.0.2.weight"] != nil && weights["model.29.cv5.0.2.weight"] != nil)
    #expect(weights["model.0.bn.running_var"] != nil)
    #expect(weights.tensors.count == network.graph.parameterShapes.count)
  }

  @Test func `a converted file is the same network`() throws {
    var spec = try #require(NetworkSpec.named("gelan-t"))
    spec.headStyle = .ultralytics
    let shape = Case(network: "gelan-t", family: .ultralytics)
    let file = TemporaryFile(Self.bytes(spec, shape, FormulaWeights().unfolded(spec.graph())))
    let source = try Checkpoint(path: file.path)
    let model = try source.inferenceModel(of: try source.network())
    let converted = TemporaryFile()
    try model.write(to: converted.path, licence: nil, origin: "a test")
    let again = try Checkpoint(path: converted.path)
    let network = try again.network()
    #expect(network.isFolded && network.spec == model.spec && network.classNames == model.classNames)
    #expect(try again.inferenceModel(of: network).weights == model.weights)
    #expect(again.description.licence == "unknown")
  }

  /// The folded weights of M, C and E are compared above; their outputs with such weights in `CompiledNetworkTests`.
  @Test(
    arguments: ["gelan-t", "yolov9-t", "gelan-s", "yolov9-s"])
  func `a checkpoint of the formula runs to the outputs of the reference`(name: String) throws {
    let spec = try #require(NetworkSpec.named(name))
    let parameters = FormulaWeights(network: name).unfolded(spec.graph())
    let file = TemporaryFile(Self.bytes(spec, Case(network: name), parameters))
    let model = try InferenceModel(path: file.path)
    let fixture = try JSONDecoder().decode(
      Fixture.self, from: Data(contentsOf: Fixtures.file("networks/\(name).json")))
    let weights = model.weights
    let network = try CompiledNetwork(
      model.graph, options: .init(height: 256, width: 256, order: .blocked8)
    ) { weights[$0]?.values }
    let execution = try NetworkExecution(network)
    execution.input.fill(with: FormulaWeights.image(height: 256, width: 256).map { $0 * 255 })
    try execution.run()
    #expect(fixture.head.main.raw.count == network.head.levels.count)
    for (level, expected) in zip(network.head.levels, fixture.head.main.raw) {
      let values = try execution.values(of: level.boxes) + execution.values(of: level.classes)
      for (position, value) in zip(expected.index, expected.value) {
        #expect(abs(values[position] - value) <= 5e-4 * max(1, abs(value)), "stride \(level.stride)")
      }
    }
  }

  private static let classNames = (0..<80).map { "thing \($0)" }

  private static func bytes(_ spec: NetworkSpec, _ shape: Case, _ parameters: [String: [Float]]) -> [UInt8] {
    var writer = TorchCheckpoint(spec)
    writer.family = shape.family
    writer.isOrdered = shape.isOrdered
    writer.isHalf = shape.isHalf
    writer.key = shape.key
    return writer.file(parameters, classNames: classNames)
  }

  private struct Fixture: Decodable {
    var head: Heads
    struct Heads: Decodable { var main: Head }
    struct Head: Decodable { var raw: [Output] }
    struct Output: Decodable {
      var index: [Int]
      var value: [Float]
    }
  }
}
