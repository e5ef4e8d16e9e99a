import Capture
import Checkpoints
import Foundation
import Imaging
import Scene
import TestSupport
import Testing

/// `model outputs` beside what PyTorch computed (`Tests/Fixtures/golden.py`).
@Suite(.serialized) struct ModelOutputsTests {
  private struct Samples: Decodable {
    let shape, index: [Int]
    let value: [Float]
  }
  private struct Activations: Decodable {
    struct Head: Decodable { let classes: Samples }
    let heads: [Head]
  }
  private struct Photograph: Decodable {
    struct Object: Decodable {
      let `class`: Int
      let score: Float
      let box: [Float]
    }
    let detections: [Object]
  }

  private static let packaged = TestClip.photograph.deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/yolostream/Resources/gelan-n.safetensors").path

  @Test func `boxes and scores are those of PyTorch`() throws {
    let program = try Program()
    let image = Fixtures.file("packaged/street-320.png")
    let outcome = try program.run(
      ["model", "outputs", Self.packaged, image.path, "-o", "o.safetensors", "--imgsz", "320"], hasModel: false)
    #expect(outcome.status == 0 && outcome.output.contains("2100 boxes, 20 classes"), "\(outcome.error)")
    let tensors = try SafetensorsFile(path: program.path("o.safetensors")).tensors
    let input = try #require(tensors["input"]), boxes = try #require(tensors["boxes"])
    let scores = try #require(tensors["scores"])
    #expect([input.shape, boxes.shape, scores.shape] == [[1, 3, 320, 320], [1, 4, 2100], [1, 20, 2100]])
    // The image has the size of the input, so it arrives as it is: planes of its bytes.
    let bytes = RGBImage(try ImageFile(path: image.path).read(as: .rgb24)).bytes
    let planes = (0..<3).flatMap { channel in (0..<320 * 320).map { Float(bytes[$0 * 3 + channel]) } }
    #expect(try input.floats() == planes)

    let activations = try JSONDecoder().decode(
      Activations.self, from: Data(contentsOf: Fixtures.file("packaged/activations.json")))
    let found = try scores.floats(), places = try boxes.floats()
    var first = 0
    for samples in activations.heads.map(\.classes) {
      let cells = samples.shape[2] * samples.shape[3]
      for (index, logit) in zip(samples.index, samples.value) {
        let score = found[index / cells * 2100 + first + index % cells]
        #expect(abs(score - 1 / (1 + exp(-logit))) < 1e-4, "value \(index) at anchor \(first)")
      }
      first += cells
    }
    #expect(first == 2100)

    let photograph = try JSONDecoder().decode(
      Photograph.self, from: Data(contentsOf: Fixtures.file("packaged/detections.json")))
    let letterbox = try Letterbox(
      sourceWidth: 768, sourceHeight: 576, targetWidth: 320, targetHeight: 320, shape: .square)
    for object in photograph.detections {
      let row = found[object.class * 2100..<(object.class + 1) * 2100]
      let anchor = try #require(row.indices.min { abs(row[$0] - object.score) < abs(row[$1] - object.score) })
      let at = anchor - object.class * 2100
      let box = letterbox.sourceBox(
        Box(centreX: places[at], centreY: places[2100 + at], width: places[4200 + at], height: places[6300 + at]))
      let expected = Box(minX: object.box[0], minY: object.box[1], maxX: object.box[2], maxY: object.box[3])
      #expect(abs(found[anchor] - object.score) < 1e-3 && box.intersectionOverUnion(with: expected) > 0.98)
    }
  }

  @Test(
    arguments: [
      (["gone.safetensors", "IMAGE", "-o", "o.safetensors"], 78, "gone.safetensors"),
      (["MODEL", "gone.jpg", "-o", "o.safetensors"], 66, "gone.jpg"),
      (["MODEL", "broken.jpg", "-o", "o.safetensors"], 65, "broken.jpg"),
      (["MODEL", "IMAGE", "-o", "o.npy"], 64, "expected a name ending in .safetensors"),
      (["MODEL", "IMAGE", "-o", "o.safetensors", "--imgsz", "333"], 64, "expected a multiple of 32"),
      (["MODEL", "IMAGE", "-o", "no/o.safetensors", "--imgsz", "64"], 73, "no/o.safetensors"),
    ] as [([String], Int32, String)])
  func `what cannot be computed is one sentence`(arguments: [String], status: Int32, sentence: String) throws {
    let program = try Program()
    try Data("no image".utf8).write(to: URL(filePath: program.path("broken.jpg")))
    let words = ["MODEL": Self.packaged, "IMAGE": TestClip.photograph.path]
    let outcome = try program.run(["model", "outputs"] + arguments.map { words[$0] ?? $0 }, hasModel: false)
    #expect(outcome.status == status && outcome.error.contains(sentence), "\(outcome.error)")
    if status > 64 { #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)") }
  }
}
