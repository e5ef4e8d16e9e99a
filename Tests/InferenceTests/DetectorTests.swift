import Capture
import Checkpoints
import Foundation
import GELAN
import Imaging
import Inference
import Scene
import TestSupport
import Testing

/// The real COCO weights on the fixture photographs and clips, through decoder, letterbox, network and suppression.
@Suite(.serialized, .enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)))
struct DetectorTests {
  @Test(
    arguments: ["bus", "horses"], ["reference/weights/yolov9t-coco.safetensors", "reference/weights/yolov9t-coco.pt"])
  func `every object of a photograph is found and none besides`(image: String, weights: String) throws {
    let fixture = try JSONDecoder().decode(
      Photograph.self, from: Data(contentsOf: SharedMaterial.file("reference/expected/yolov9t-coco-\(image).json")))
    let pixels = try ImageFile(path: SharedMaterial.file("media/\(image).jpg").path).read()
    for (isSquare, expected) in [(true, fixture.square), (false, fixture.rect)] {
      let found = try Self.worker(weights, isSquare: isSquare).detect(pixels)
      expected.compare(with: found, "\(image), square: \(isSquare)")
    }
  }

  @Test(arguments: [("vtest", "avi"), ("bikes", "mp4")])
  func `every object of ten frames of a clip is found and none besides`(clip: String, ending: String) throws {
    let fixture = try JSONDecoder().decode(
      Clip.self, from: Data(contentsOf: SharedMaterial.file("reference/expected/yolov9t-coco-\(clip).json")))
    let worker = try Self.worker("reference/weights/yolov9t-coco.safetensors", isSquare: true)
    let source = try SourceAddress(parsing: SharedMaterial.file("media/\(clip).\(ending)").path).open()
    var index = 0
    for expected in fixture.frames {
      while case .frame(let frame) = try source.next() {
        index += 1
        guard index > expected.frame else { continue }
        expected.compare(with: try worker.detect(frame.pixels), "\(clip), frame \(expected.frame)")
        break
      }
      #expect(index == expected.frame + 1, "\(clip) ends after \(index) frames")
    }
  }

  @Test(arguments: ["bus", "horses"])
  func `a photograph in the network's input has the levels of the reference`(image: String) throws {
    let fixture = try JSONDecoder().decode(
      Photograph.self, from: Data(contentsOf: SharedMaterial.file("reference/expected/yolov9t-coco-\(image).json")))
    let pixels = try ImageFile(path: SharedMaterial.file("media/\(image).jpg").path).read()
    for (shape, expected) in [(Letterbox.Shape.square, fixture.square), (.rectangular, fixture.rect)] {
      let (letterbox, input) = try Self.paint(pixels, shape)
      #expect([1, 3, letterbox.height, letterbox.width] == expected.tensor_shape)
      let plane = letterbox.width * letterbox.height
      for (channel, mean) in expected.channel_means_u8.enumerated() {
        let sum = input[channel * plane..<(channel + 1) * plane].reduce(0) { $0 + Int($1) }
        // Two decoders differ by one level in a fiftieth of the samples. Chroma read as video's is off by 0.3 to 0.7.
        #expect(abs(Double(sum) / Double(plane) - mean) < 0.06, "\(image), channel \(channel)")
      }
      guard image == "bus", shape == .square else { continue }
      // Of this one the reference has every sample.
      let file = try SafetensorsFile(
        path: SharedMaterial.file("reference/expected/yolov9t-coco-bus-input.safetensors").path)
      let samples = try #require(file.tensors["input_u8"]).floats()
      let differences = zip(input, samples).map { abs(Int($0) - Int($1)) }
      #expect(differences.count == samples.count && differences.count == 640 * 640 * 3)
      #expect(differences.max() ?? 0 <= 3)
      #expect(differences.filter { $0 != 0 }.count < differences.count / 20)
    }
  }

  private static func worker(_ weights: String, isSquare: Bool) throws -> DetectionWorker {
    var options = Detector.Options()
    options.isSquare = isSquare
    options.precision = .f32
    return DetectionWorker(Detector(try InferenceModel(path: SharedMaterial.file(weights).path), options: options))
  }

  private static func paint(_ pixels: borrowing PixelBuffer, _ shape: Letterbox.Shape) throws -> (Letterbox, [UInt8]) {
    let letterbox = try Letterbox(
      sourceWidth: pixels.layout.width, sourceHeight: pixels.layout.height, targetWidth: 640, targetHeight: 640,
      shape: shape)
    var painter = try LetterboxPainter(source: pixels.layout, letterbox: letterbox)
    var input = [UInt8](repeating: 0, count: letterbox.width * letterbox.height * 3)
    var span = input.mutableSpan
    try painter.paint(pixels, into: &span, order: .first)
    return (letterbox, input)
  }
}

/// What the reference saw in one input. The names are those of the files.
// swift-format-ignore: AlwaysUseLowerCamelCase
private protocol ListedDetections {
  var detections: [ListedDetection] { get }
}

private struct ListedDetection: Decodable {
  var cls: Int
  var conf: Float
  var xyxy: [Float]

  func fits(_ found: Detection) -> Bool {
    let box = Box(minX: xyxy[0], minY: xyxy[1], maxX: xyxy[2], maxY: xyxy[3])
    return found.classID == cls && abs(found.score - conf) <= 0.01 && found.box.intersectionOverUnion(with: box) >= 0.95
  }
}

extension ListedDetections {
  /// Every listed box over 0.3 is there at IoU 0.95 and within 0.01 of its score, and no other box over 0.3.
  func compare(with found: [Detection], _ place: String) {
    for listed in detections where listed.conf > 0.3 {
      #expect(found.contains(where: listed.fits), "\(place): missing \(listed)")
    }
    for extra in found where extra.score > 0.3 && !detections.contains(where: { $0.fits(extra) }) {
      Issue.record("\(place): not listed: \(extra)")
    }
    let (wanted, got) = (detections.filter { $0.conf > 0.31 }.count, found.filter { $0.score > 0.3 }.count)
    #expect(got >= wanted, "\(place): two listed boxes are one")
  }
}

private struct Photograph: Decodable {
  var square, rect: Variant

  // swift-format-ignore: AlwaysUseLowerCamelCase
  struct Variant: Decodable, ListedDetections {
    var detections: [ListedDetection]
    var tensor_shape: [Int]
    var channel_means_u8: [Double]
  }
}

private struct Clip: Decodable {
  var frames: [Frame]

  struct Frame: Decodable, ListedDetections {
    var frame: Int
    var detections: [ListedDetection]
  }
}
