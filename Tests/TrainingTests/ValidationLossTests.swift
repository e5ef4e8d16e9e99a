import Foundation
import GELAN
import Imaging
import OneDNN
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

  @Test func `agrees with that of training, falls with it, and changes neither detections nor with the threads`() throws
  {
    let folder = try TrainerFolder()
    let scenes = try (0..<8).map { number in
      let scene = `The trainer`.scene(number)
      try scene.image.bitmap.write(to: folder.url.appending(path: "\(number).bmp"))
      return (fileName: "\(number).bmp", objects: scene.objects)
    }
    let truth = GroundTruth(scenes, in: folder.url)
    // One share of all images without augmentation and auxiliary head: training computes the same loss.
    var plan = `The trainer`.plan
    plan.network = try #require(NetworkSpec.named("yolov9-p"))
    plan.epochs = 240
    plan.side = 96
    plan.batch = 8
    plan.nominalBatch = 8
    plan.workers = 1
    plan.method = .muon
    plan.learningRate = 0.02
    plan.auxiliary = .none
    plan.augmentation = .none
    plan.averageRamp = 20
    let trainer = try Trainer(plan, data: Dataset(truth)) { RGBImage(path: $0) }
    func measured(_ model: InferenceModel, workers: Int = 2, loss: Bool = true) throws -> Validation.Measurement {
      var validation = Validation(truth, side: plan.side, workers: workers)
      validation.measuresLoss = loss
      return try validation.measure(model)
    }
    // The weights of now with the statistics of just these images, which is what training normalises by.
    let copy = FloatBuffer(count: trainer.table.count)
    let network = try TrainableNetwork(
      trainer.network.graph(), batch: 8, height: plan.side, width: plan.side, table: trainer.table, parameters: copy,
      engine: try Engine())
    let batch = trainer.firstBatches(1)[0]
    var losses: [Float] = []
    for end in [60, 120, plan.epochs] {
      try trainer.run(until: end) { _ in true }
      losses.append(try #require(try measured(trainer.inferenceModel()).loss).sum)
      copy.write(trainer.parameters.values(0..<copy.count))
      let training = DetectionLoss().evaluate(try network.forward(batch.images), targets: batch.targets).terms
      network.updateStatistics(copy, momentum: 1)
      let tensors = trainer.table.entries.map { entry in
        (entry.name, WeightTensor(shape: entry.shape, values: copy.values(entry.range)))
      }
      let model = try InferenceModel(
        training: WeightStore(Dictionary(uniqueKeysWithValues: tensors)), of: trainer.network,
        classNames: truth.classNames)
      let validation = try #require(try measured(model).loss)
      // The running variance is the unbiased one, up to a seventieth larger; the last losses are close to 0.
      for (one, other) in [
        (validation.box, training.box), (validation.classes, training.classes),
        (validation.distribution, training.distribution),
      ] {
        #expect(abs(one - other) < max(0.1 * other, 0.02), "epoch \(end): \(validation), \(training)")
      }
    }
    #expect(losses[1] < losses[0] && losses[2] < losses[1] && losses[2] < 0.5 * losses[0], "\(losses)")
    let model = try trainer.inferenceModel()
    let late = try measured(model, workers: 1)
    #expect(try measured(model).loss == late.loss)
    let plain = try measured(model, loss: false)
    #expect(plain.loss == nil && plain.found == late.found)
  }
}
