import Foundation
import GELAN
import Testing

@testable import Evaluation
@testable import Training

@Suite(.serialized) struct `A run of training` {
  /// An image to validate on with an object that no box of this network can meet, and one that cannot be read.
  private static func unfindable(in folder: borrowing TrainerFolder) throws -> GroundTruth {
    try `The trainer`.scene(0).image.bitmap.write(to: folder.url.appending(path: "scene.bmp"))
    let object = Dataset.Object(classID: 0, box: SIMD4(0.5, 0.5, 0.501, 0.501))
    return GroundTruth(["scene.bmp", "missing.bmp"].map { (fileName: $0, objects: [object]) }, in: folder.url)
  }

  @Test func `ends early when nothing better comes, asked only where it was validated`() throws {
    let folder = try TrainerFolder()
    let truth = try Self.unfindable(in: folder)
    for (interval, last) in [(1, 3), (2, 5)] {
      var plan = `The trainer`.plan
      plan.patience = 3
      plan.validationEvery = interval
      let trainer = try `The trainer`.trainer(plan)
      var epochs: [EpochReport] = []
      try trainer.run(validation: Validation(truth, side: 64, workers: 1)) {
        epochs.append($0)
      } report: { _ in
        true
      }
      // Nothing is found, so the first validated epoch stays the best.
      #expect(epochs.map(\.epoch) == Array(0...last))
      #expect(epochs.map(\.isBest).firstIndex(of: true) == interval - 1)
      #expect(epochs.last?.problems.map(\.place) == [folder.url.path + "/missing.bmp"])
    }
  }

  @Test func `is not validated on images that show nothing`() throws {
    let folder = try TrainerFolder()
    var truth = try Self.unfindable(in: folder)
    truth.images[0].objects[0].isCrowd = true
    let trainer = try `The trainer`.trainer(`The trainer`.plan)
    let error = #expect(throws: TrainingError.self) {
      try trainer.run(validation: Validation(truth, side: 64, workers: 1)) { _ in true }
    }
    #expect(error?.code == .unusableData)
    #expect(error?.description.contains("none of its 2 images") == true)
  }

  @Test func `whose files cannot be written has no best model and reports it at its end`() throws {
    let folder = try TrainerFolder()
    let truth = try Self.unfindable(in: folder)
    let trainer = try `The trainer`.trainer(`The trainer`.plan)
    let files = RunFiles(folder: folder.url.appending(path: "gone"))
    var reports: [EpochReport] = []
    let error = #expect(throws: TrainingError.self) {
      try trainer.run(until: 4, files: files, validation: Validation(truth, side: 64, workers: 1)) {
        reports.append($0)
      } report: { _ in
        true
      }
    }
    #expect(error?.code == .cannotWrite)
    #expect(reports.map { $0.failure?.code } == [.cannotWrite, .cannotWrite])
    #expect(trainer.best == nil)
  }

  @Test func `ends between steps, where a checkpoint is whole`() throws {
    var plan = `The trainer`.plan
    plan.nominalBatch = 12
    plan.warmupEpochs = 0
    plan.batch = 1
    plan.workers = 1
    let folder = try TrainerFolder()
    let first = try `The trainer`.trainer(plan)
    var stopped = 0
    try first.run(files: folder.files) {
      // Not wanted any more in the middle of what a step counts for.
      if stopped == 0, $0.iteration > 30, $0.gradientNorm == nil { stopped = $0.iteration }
      return stopped == 0
    }
    #expect(stopped > 30 && first.iteration > stopped)
    let second = try `The trainer`.trainer(plan)
    try second.resume(from: folder.files.checkpoint)
    #expect(second.iteration == first.iteration)
    #expect(second.parameters.values(0..<1000) == first.parameters.values(0..<1000))
  }

  @Test func `is gone on with by the same batches only, from a place that can be`() throws {
    let folder = try TrainerFolder()
    try `The trainer`.trainer(`The trainer`.plan).run(until: 2, files: folder.files) { _ in true }
    var plan = `The trainer`.plan
    plan.batch = 8
    let other = try `The trainer`.trainer(plan)
    let error = #expect(throws: TrainingError.self) { try other.resume(from: folder.files.checkpoint) }
    #expect(error?.code == .unusableCheckpoint)
    #expect(error?.message.contains("2 batches an epoch, this one has 1") == true, "\(error as Any)")

    var state = Trainer.State(
      iteration: 5, lastStep: 4, steps: 5, updates: 5, network: "yolov9-n", classNames: [])
    #expect(state.isPossible)
    state.iteration = -1
    #expect(!state.isPossible)
    state.iteration = 5
    state.updates = .max
    #expect(!state.isPossible)
  }

  @Test func `keeps images as far as there is room, and decodes the others again`() {
    let decoded = Counter()
    let cache = ImageCache(paths: ["0", "1", "x"], side: 64, byteBudget: 64 * 64 * 3 + 1) { path in
      decoded.count += 1
      return Int(path).map { `The trainer`.scene($0).image }
    }
    for _ in 0..<3 { for index in 0..<3 { #expect((cache.image(index) == nil) == (index == 2)) } }
    #expect(decoded.count == 1 + 3 + 1)
    #expect(cache.unreadablePaths == ["x"])
  }

  @Test func `takes no network whose distances have other bins`() throws {
    var plan = `The trainer`.plan
    plan.network.headStyle.bins = 8
    let error = #expect(throws: TrainingError.self) { try `The trainer`.trainer(plan) }
    #expect(error?.code == .unusableNetwork)
  }

  private final class Counter: @unchecked Sendable { var count = 0 }
}
