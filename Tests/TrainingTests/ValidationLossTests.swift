import Foundation
import Imaging
import TestSupport
import Testing

@testable import Evaluation
@testable import Training

@Suite(.serialized) struct `The loss of a validation` {
  @Test func `of single images is that of their batch`() throws {
    let file = try FixtureFile("loss/loss-fixtures.safetensors")
    let maps = file.maps("input.main", classCount: 3), targets = file.targets("targets")
    let whole = DetectionLoss().evaluate([maps], targets: targets)
    let parts = (0..<maps.batch).map { image in
      let levels = maps.levels.map { level in
        let count = level.values.count / maps.batch
        return HeadMaps.Level(
          stride: level.stride, height: level.height, width: level.width,
          values: Array(level.values[image * count..<(image + 1) * count]))
      }
      let own = targets.filter { $0.image == image }.map { target in
        var first = target
        first.image = 0
        return first
      }
      return DetectionLoss().evaluate([HeadMaps(batch: 1, classCount: 3, levels: levels)], targets: own)
    }
    #expect(parts.count > 1)
    let terms = ValidationLoss.whole(parts)
    for (one, other) in [
      (terms.box, whole.terms.box), (terms.classes, whole.terms.classes),
      (terms.distribution, whole.terms.distribution),
    ] {
      #expect(abs(one - other) <= 1e-5 * abs(other), "\(one), \(other)")
    }
  }

  @Test func `is near that of training, and changes neither detections nor with the threads`() throws {
    let folder = try TrainerFolder()
    let scenes = try (0..<4).map { number in
      let scene = `The trainer`.scene(number)
      try scene.image.bitmap.write(to: folder.url.appending(path: "\(number).bmp"))
      return (fileName: "\(number).bmp", objects: scene.objects)
    }
    let truth = GroundTruth(scenes, in: folder.url)
    var plan = `The trainer`.plan
    plan.epochs = 60
    plan.augmentation = .none
    plan.averageRamp = 20
    let trainer = try Trainer(plan, data: Dataset(truth)) { RGBImage(path: $0) }
    func measured(_ workers: Int, loss: Bool = true) throws -> Validation.Measurement {
      var validation = Validation(truth, side: 64, workers: workers)
      validation.measuresLoss = loss
      return try validation.measure(trainer.inferenceModel())
    }
    var last: Float = 0
    try trainer.run {
      last = $0.terms.box
      return true
    }
    let late = try measured(1)
    let loss = try #require(late.loss)
    // The same images without augmentation: near the loss of training, which has an auxiliary head of a quarter.
    #expect(loss.box < 2 * last, "\(loss), \(last)")
    #expect(try measured(2).loss == loss)
    let plain = try measured(2, loss: false)
    #expect(plain.loss == nil && plain.found == late.found)
  }
}
