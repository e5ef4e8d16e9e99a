import Foundation
import Imaging
import Testing

@testable import Evaluation
@testable import Training

@Suite struct `The images of a run` {
  /// Whether a line of a class's colour goes through the pixel: far from the grey that the scenes have there.
  private static func isDrawn(_ image: RGBImage, _ x: Int, _ y: Int) -> Bool {
    (-2...2).contains { shift in
      let at = (y * image.width + x + shift) * 3
      let channels = image.bytes[at..<at + 3].map(Int.init)
      return (channels.max() ?? 0) - (channels.min() ?? 0) > 60
    }
  }

  @Test func `show the first batches as the network sees them, with their boxes`() throws {
    let folder = try TrainerFolder()
    var plan = `The trainer`.plan
    plan.augmentation = .none
    let trainer = try `The trainer`.trainer(plan)
    try RunImages(folder: folder.url, classNames: ["red", "blue"]).writeBatches(3, of: trainer)
    // Two batches make an epoch.
    let written = try FileManager.default.contentsOfDirectory(atPath: folder.url.path).sorted()
    #expect(written == ["train_batch0.jpg", "train_batch1.jpg"])
    let image = try #require(RGBImage(path: folder.url.appending(path: "train_batch0.jpg").path))
    #expect(image.width == 4 * 64 && image.height == 64)
    let batch = trainer.firstBatches(1)[0]
    // Whether a pixel differs from what the network sees.
    func differs(_ index: Int, _ x: Int, _ y: Int) -> Bool {
      (0..<3).contains { channel in
        let seen = batch.images[((index * 3 + channel) * 64 + y) * 64 + x] * 255
        return abs(Float(image.bytes[(y * image.width + index * 64 + x) * 3 + channel]) - seen) > 60
      }
    }
    // The middle of some edge, give or take two pixels: an edge may have the colour of what is under it.
    let marked = batch.targets.filter { target in
      let (x, y) = (target.centreX * 64, target.centreY * 64)
      let (halfWidth, halfHeight) = (target.width * 32, target.height * 32)
      return [(x - halfWidth, y), (x + halfWidth, y), (x, y - halfHeight), (x, y + halfHeight)].contains { x, y in
        (-2...2).contains { shift in
          differs(target.image, min(max(Int(x) + shift, 0), 63), min(max(Int(y), 0), 63))
            || differs(target.image, min(max(Int(x), 0), 63), min(max(Int(y) + shift, 0), 63))
        }
      }
    }
    #expect(!marked.isEmpty && marked.count == batch.targets.count)
  }

  @Test func `show labels and detections on the images that are validated`() throws {
    let folder = try TrainerFolder()
    let flat = RGBImage(width: 80, height: 40, level: 90)
    try flat.bitmap.write(to: folder.url.appending(path: "flat.bmp"))
    let truth = GroundTruth([(fileName: "flat.bmp", objects: [])], in: folder.url)
    let label = TrueObject(box: PreciseBox(left: 8, top: 10, width: 20, height: 20), classID: 0)
    func find(_ left: Double, _ score: Double) -> FoundObject {
      FoundObject(box: PreciseBox(left: left, top: 10, width: 16, height: 20), classID: 1, score: score)
    }
    let found = [find(50, 0.9), find(30, 0.1)]
    let measurement = Validation.Measurement(
      truth: [[label]], found: [found], problems: [], imageCount: 1,
      precision: AveragePrecision(truth: [[label]], found: [found], classCount: 2), arithmetic: .f32, loss: nil)
    try RunImages(folder: folder.url, classNames: ["red", "blue"]).write(measurement, of: truth)
    let images = try ["labels", "pred"].map {
      try #require(RGBImage(path: folder.url.appending(path: "val_batch0_\($0).jpg").path))
    }
    #expect(images.allSatisfy { $0.width == 480 && $0.height == 480 })
    // The image fills the width, 120 pixels below the top; one of its pixels is six of the file.
    func drawn(_ x: Int) -> [Bool] { images.map { Self.isDrawn($0, x * 6, 120 + 25 * 6) } }
    #expect(drawn(8) == [true, false])
    #expect(drawn(50) == [false, true])
    // Too weak to be drawn.
    #expect(drawn(30) == [false, false])
  }
}
