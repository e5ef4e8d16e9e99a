import Foundation
import GELAN
import TestSupport
import Testing

@testable import Checkpoints

/// An int8 model is written to a file and read back the same; a file with wrong int8 tensors is refused.
@Suite struct QuantisedFileTests {
  private static let model = Result {
    var model = try #require(MadeUpModel.make())
    var weights = model.weights
    var quantisation = Quantisation(record: ["precision": "int8", "calibration": "3 images of a test"])
    let owners = model.graph.scaleOwners
    for (index, (node, convolution)) in model.graph.quantisable.enumerated() where index != 2 {
      let name = "\(convolution.parameters).weight"
      let weight = try #require(weights[name])
      let steps = (0..<convolution.outputChannels).map { 0.004 + 0.0001 * Float($0) }
      let count = weight.values.count / steps.count
      weights[name]?.values = weight.quantised(by: steps).enumerated().map { Float($1) * steps[$0 / count] }
      quantisation.weights[convolution.parameters] = steps
      if node.inputs[0] == 0 { continue }
      quantisation.activations[model.graph.nodes[owners[node.inputs[0]]].name] = .init(step: 0.02, zeroPoint: 14)
    }
    model = model.with(weights: weights)
    model.quantisation = quantisation
    return model
  }

  private func written(_ model: InferenceModel) throws -> String {
    let path = FileManager.default.temporaryDirectory.appending(path: "quantised-\(UUID().uuidString).safetensors").path
    try model.write(to: path, licence: nil, origin: "a test")
    return path
  }

  @Test func `weights, scales and record come back as they were`() throws {
    let model = try Self.model.get()
    let path = try written(model)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let back = try InferenceModel(path: path)
    #expect(back.weights == model.weights)
    #expect(back.quantisation == model.quantisation)
    let plain = try written(model.with(weights: model.weights))
    defer { try? FileManager.default.removeItem(atPath: plain) }
    func size(_ path: String) throws -> Int { try Data(contentsOf: URL(filePath: path)).count }
    #expect(Double(try size(path)) < 0.5 * Double(try size(plain)))
    #expect(try InferenceModel(path: plain).quantisation == nil)
  }

  /// What is done to the tensors of a good file.
  struct Fault: Sendable, CustomTestStringConvertible {
    typealias Change = @Sendable (inout [String: (WeightTensor, ElementType)]) -> Void

    var testDescription: String
    /// Part of the sentence.
    var sentence: String
    var change: Change

    init(_ name: String, _ sentence: String, _ change: @escaping Change) {
      (testDescription, self.sentence, self.change) = (name, sentence, change)
    }

    static func scale(_ name: String, _ values: [Float], _ sentence: String) -> Fault {
      Fault("\(name) \(values)", sentence) { tensors in
        let key = tensors.keys.filter { $0.hasSuffix(name) }.sorted()[0]
        var all = tensors[key]?.0.values ?? []
        if values.count == 1 { all[0] = values[0] } else { all = values }
        tensors[key] = (WeightTensor(shape: [all.count], values: all), .float32)
      }
    }
  }

  private static let faults = [
    Fault.scale(".weight_scale", [0], "expected scales above 0, file has 0.0"),
    .scale(".weight_scale", [-0.01], "expected scales above 0"),
    .scale(".weight_scale", [.nan], "not a number"), .scale(".weight_scale", [.infinity], "not a number"),
    .scale(".weight_scale", [1e-30], "expected scales above 0"),
    .scale(".weight_scale", [1, 2, 3], "scales, file has 3"),
    .scale(".activation_scale", [0], "expected scales above 0"),
    .scale(".activation_scale", [.nan], "not a number"),
    .scale(".activation_scale", [1, 1], "expected 1 scales, file has 2"),
    .scale(".activation_zero_point", [3, 3], "expected one number of type U8"),
    Fault("no steps", ".weight_scale'") { tensors in
      tensors[tensors.keys.filter { $0.hasSuffix(".weight_scale") }.sorted()[0]] = nil
    },
    Fault("no zero", "lacks '") { tensors in
      tensors[tensors.keys.filter { $0.hasSuffix(".activation_zero_point") }.sorted()[0]] = nil
    },
    Fault("no scale", "lacks '") { tensors in
      tensors[tensors.keys.filter { $0.hasSuffix(".activation_scale") }.sorted()[0]] = nil
    },
    Fault("too large a weight", "expected integers up to 64, file has -65") { tensors in
      let key = tensors.filter { $0.value.1 == .int8 }.keys.sorted()[0]
      tensors[key]?.0.values[3] = -65
    },
    Fault("no int8 at all", "calls itself quantised") { tensors in
      for (name, tensor) in tensors where tensor.1 == .int8 { tensors[name] = (tensor.0, .float32) }
      tensors = tensors.filter { !$0.key.hasSuffix(".weight_scale") }
    },
    Fault("original weights without biases", ".int8_bias'") { tensors in
      for (name, tensor) in tensors where tensor.1 == .int8 { tensors[name] = (tensor.0, .float32) }
    },
  ]

  @Test(arguments: faults) func `what is wrong is one sentence`(fault: Fault) throws {
    let path = try written(try Self.model.get())
    defer { try? FileManager.default.removeItem(atPath: path) }
    let file = try SafetensorsFile(path: path)
    var tensors: [String: (WeightTensor, ElementType)] = [:]
    for (name, tensor) in file.tensors {
      tensors[name] = (WeightTensor(shape: tensor.shape, values: try tensor.floats()), tensor.elementType)
    }
    fault.change(&tensors)
    try SafetensorsFile.write(
      tensors.map { .init(name: $0.key, tensor: $0.value.0, elementType: $0.value.1) }, metadata: file.metadata,
      to: path)
    let error = #expect(throws: ModelError.self) { try InferenceModel(path: path) }
    #expect(error?.message.contains(fault.sentence) == true, "\(error?.message ?? "")")
  }
}
