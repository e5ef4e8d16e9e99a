import Capture
import Checkpoints
import Foundation
import GELAN
import Imaging
import Inference
import Scene
import TestSupport
import Testing

/// The model of the package beside an implementation in PyTorch, `Tests/Fixtures/golden.py`, on `samples/street.jpg`.
@Suite(.serialized) struct PackagedModelTests {
  private struct Samples: Decodable {
    let shape: [Int]
    let index: [Int]
    let value: [Float]

    /// Largest difference to `values`, as a share of the largest sample.
    func difference(to values: [Float]) -> Float {
      guard values.count == shape.reduce(1, *) else { return .infinity }
      let largest = value.reduce(Float.leastNormalMagnitude) { max($0, abs($1)) }
      return zip(index, value).reduce(0) { max($0, abs(values[$1.0] - $1.1)) } / largest
    }
  }

  private struct Activations: Decodable {
    struct Head: Decodable { let boxes, classes: Samples }
    let taps: [String: Samples]
    let heads: [Head]
  }

  @Test(arguments: [.blocked8, .channelsLast] as [CompilationOptions.ChannelOrder])
  func `each named tap and the head have the values of PyTorch`(order: CompilationOptions.ChannelOrder) throws {
    let expected = try JSONDecoder().decode(
      Activations.self, from: Data(contentsOf: Fixtures.file("packaged/activations.json")))
    let model = try Self.model()
    let weights = model.weights
    let taps = model.graph.taps
    let network = try CompiledNetwork(
      model.graph, options: .init(height: 320, width: 320, order: order), probes: taps.values.sorted()
    ) { weights[$0]?.values }
    let execution = try NetworkExecution(network)
    let image = RGBImage(try ImageFile(path: Fixtures.file("packaged/street-320.png").path).read(as: .rgb24))
    try execution.setInput((0..<3).flatMap { channel in (0..<320 * 320).map { Float(image.bytes[$0 * 3 + channel]) } })
    try execution.run()
    #expect(expected.taps.count == 6)
    for (name, samples) in expected.taps {
      let values = try execution.values(of: try #require(taps[name], "no tap \(name)"))
      #expect(samples.difference(to: values) < 1e-4, "tap \(name)")
    }
    #expect(expected.heads.count == network.head.levels.count)
    for (head, level) in zip(expected.heads, network.head.levels) {
      #expect(head.boxes.difference(to: try execution.values(of: level.boxes)) < 1e-4, "boxes at \(level.stride)")
      #expect(head.classes.difference(to: try execution.values(of: level.classes)) < 1e-4, "classes at \(level.stride)")
    }
  }

  private struct Photograph: Decodable {
    struct Object: Decodable {
      let `class`: Int
      let score: Float
      let box: [Float]
    }
    let side: Int
    let confidence, overlap: Float
    let detections: [Object]
  }

  @Test func `the photograph has the detections of PyTorch, through decoder, letterbox, network and suppression`()
    throws
  {
    let expected = try JSONDecoder().decode(
      Photograph.self, from: Data(contentsOf: Fixtures.file("packaged/detections.json")))
    var options = Detector.Options()
    (options.width, options.height, options.isSquare) = (expected.side, expected.side, true)
    options.precision = .f32
    options.detection = DetectionOptions(confidence: expected.confidence, overlap: expected.overlap)
    let worker = DetectionWorker(Detector(try Self.model(), options: options))
    let found = try worker.detect(ImageFile(path: TestClip.photograph.path).read())
    // Two decoders differ by a level here and there, so a score may differ in the third decimal.
    #expect(found.count == expected.detections.count, "\(found)")
    for (one, other) in zip(found, expected.detections) {
      let box = Box(minX: other.box[0], minY: other.box[1], maxX: other.box[2], maxY: other.box[3])
      #expect(one.classID == other.class)
      #expect(abs(one.score - other.score) < 0.005, "\(one.score), expected \(other.score)")
      #expect(one.box.intersectionOverUnion(with: box) > 0.98, "\(one.box), expected \(box)")
    }
  }

  private static func model() throws -> InferenceModel {
    let resources = TestClip.photograph.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/yolostream/Resources")
    return try InferenceModel(path: resources.appending(path: "gelan-n.safetensors").path)
  }
}
