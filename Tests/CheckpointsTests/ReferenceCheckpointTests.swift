import Foundation
import GELAN
import TestSupport
import Testing

@testable import Checkpoints

/// The reference checkpoints: official and Ultralytics, single and dual, with and without averaged weights.
@Suite(.enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)))
struct ReferenceCheckpointTests {
  struct Expectation: Sendable {
    var file: String
    var name: String
    var head: HeadStyle
    var classes: Int
    var isFolded = false
    var firstClass: String
  }

  @Test(arguments: [
    Expectation(
      file: "weights/yolov9t-coco.pt", name: "gelan-t", head: .ultralytics, classes: 80, firstClass: "person"),
    Expectation(
      file: "weights/yolov9t-coco.safetensors", name: "gelan-t", head: .ultralytics, classes: 80, isFolded: true,
      firstClass: "person"),
    Expectation(file: "models/gelan-t-random.pt", name: "gelan-t", head: .official, classes: 80, firstClass: "person"),
    Expectation(
      file: "models/yolov9-t-random.pt", name: "yolov9-t", head: .official, classes: 80, firstClass: "person"),
    Expectation(
      file: "models/yolov9t-ultralytics-random.pt", name: "gelan-t", head: .ultralytics, classes: 7,
      firstClass: "thing 0"),
  ])
  func `network, head and classes are read from the tensors`(expected: Expectation) throws {
    let checkpoint = try Checkpoint(path: SharedMaterial.file("reference/\(expected.file)").path)
    let network = try checkpoint.network()
    #expect(network.spec.name == expected.name)
    #expect(network.spec.headStyle == expected.head)
    #expect(network.spec.classCount == expected.classes)
    #expect(network.classNames.count == expected.classes)
    #expect(network.classNames[0] == expected.firstClass)
    #expect(network.isFolded == expected.isFolded)
    try checkpoint.readAll()
  }
  private func checkpoint(_ file: String) throws -> Checkpoint {
    try Checkpoint(path: SharedMaterial.file("reference/\(file)").path)
  }

  /// Largest difference as a share of the largest magnitude.
  private func difference(_ one: [Float], _ other: [Float]) -> Float {
    guard one.count == other.count else { return .infinity }
    let largest = other.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
    return zip(one, other).reduce(0) { max($0, abs($1.0 - $1.1)) } / largest
  }

  @Test func `the dual checkpoint folds to the reference's single-branch weights`() throws {
    let dual = try checkpoint("models/yolov9-t-random.pt")
    let model = try dual.inferenceModel(of: try dual.network())
    #expect(model.spec.name == "gelan-t")
    let samples = try SafetensorsFile(
      path: SharedMaterial.file("reference/models/yolov9-t-random-fused-samples.safetensors").path)
    #expect(!samples.tensors.isEmpty)
    for (name, sample) in samples.tensors {
      let tensor = try #require(model.weights[name], "\(name)")
      #expect(tensor.shape == sample.shape)
      #expect(difference(tensor.values, try sample.floats()) < 1e-6, "\(name)")
    }
  }

  @Test func `the unfolded checkpoint folds to the folded file`() throws {
    let one = try InferenceModel(path: SharedMaterial.file("reference/weights/yolov9t-coco.pt").path)
    let other = try InferenceModel(path: SharedMaterial.file("reference/weights/yolov9t-coco.safetensors").path)
    #expect(one.graph == other.graph)
    #expect(one.classNames == other.classNames)
    #expect(Set(one.weights.tensors.keys) == Set(other.weights.tensors.keys))
    for (name, tensor) in one.weights.tensors {
      // The unfolded file keeps halves of what the folded one has, so only rounding to half differs.
      #expect(difference(tensor.values, try #require(other.weights[name]).values) < 1e-3, "\(name)")
    }
  }

  @Test(arguments: ["weights/yolov9t-coco.pt", "weights/yolov9t-coco.safetensors"])
  func `a real file cut at any 4 KiB is an error`(name: String) throws {
    let bytes = Array(try Data(contentsOf: SharedMaterial.file("reference/\(name)")))
    let file = TemporaryFile(bytes)
    // From the end towards the start, so that one copy is enough.
    for count in stride(from: (bytes.count - 1) / 4096 * 4096, through: 0, by: -4096) {
      #expect(truncate(file.path, count) == 0)
      #expect(failure { () throws(ModelError) in _ = try Checkpoint(path: file.path) } != nil, "\(count) bytes")
    }
  }
}
