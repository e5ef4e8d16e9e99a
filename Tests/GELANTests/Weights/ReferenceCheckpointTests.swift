import Foundation
import TestSupport
import Testing

@testable import GELAN

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
  @Test func timing() throws {
    for f in ["weights/yolov9t-coco.pt", "weights/yolov9t-coco.safetensors"] {
      let path = SharedMaterial.file("reference/\(f)").path
      for _ in 0..<4 {
        let t0 = ContinuousClock.now
        let file = try FileBytes(path: path)
        if f.hasSuffix(".pt") {
          let z = try ZipArchive(file: file)
          let t1 = ContinuousClock.now
          let e = z.entries.first { $0.name.hasSuffix("data.pkl") }!
          let b = try z.read(e)
          let t2 = ContinuousClock.now
          _ = try PickleReader.read(b)
          let t3 = ContinuousClock.now
          let t = try TorchArchive(z)
          let t4 = ContinuousClock.now
          let n = try t.network()
          let t5 = ContinuousClock.now
          print(
            "zip", t1 - t0, "read", t2 - t1, "pickle", t3 - t2, "archive", t4 - t3, "walk", t5 - t4, n.tensors.count)
        }
        let c = try Checkpoint(path: path)
        let t6 = ContinuousClock.now
        let n = try c.network()
        let t7 = ContinuousClock.now
        let m = try c.inferenceModel(of: n)
        let t8 = ContinuousClock.now
        print("net", t7 - t6, "inf", t8 - t7, m.weights.parameterCount)
      }
    }
  }
}
