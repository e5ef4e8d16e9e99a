import Foundation
import GELAN
import Testing

@testable import Training

@Suite(.serialized) struct `The trainer` {
  /// Coloured rectangles on grey: class 0 red, class 1 blue.
  static func scene(_ number: Int) -> (picture: Picture, objects: [Dataset.Object]) {
    var random = SampleRandom(seed: 99, epoch: 0, index: number)
    var picture = Picture(width: 64, height: 64, pixels: [UInt8](repeating: 90, count: 64 * 64 * 3))
    var objects: [Dataset.Object] = []
    for classID in 0..<2 {
      let side = 20 + random.index(below: 10), x = random.index(below: 64 - side), y = classID * 32
      let height = min(side, 30)
      for row in y..<y + height {
        for column in x..<x + side { picture.pixels[(row * 64 + column) * 3 + classID * 2] = 250 }
      }
      objects.append(
        .init(classID: classID, box: SIMD4(Float(x), Float(y), Float(x + side), Float(y + height)) / 64))
    }
    return (picture, objects)
  }

  static func trainer(_ plan: TrainingPlan) throws -> Trainer {
    let samples = (0..<8).map { Dataset.Sample(path: "\($0)", objects: scene($0).objects) }
    return try Trainer(plan, data: Dataset(classNames: ["red", "blue"], samples: samples, problems: [])) {
      Int($0).map { scene($0).picture }
    }
  }

  static var plan: TrainingPlan {
    var plan = TrainingPlan(network: NetworkSpec.named("yolov9-n")!)
    plan.epochs = 20
    plan.side = 64
    plan.batch = 4
    plan.nominalBatch = 4
    plan.closeMosaic = 2
    plan.warmupEpochs = 2
    return plan
  }

  @Test func `resumes to the very losses of the unbroken run`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let file = folder.appending(path: "last.safetensors")
    var unbroken: [Float] = []
    let whole = try Self.trainer(Self.plan)
    try whole.run(until: 15) {
      unbroken.append($0.terms.sum)
      return true
    }
    var resumed: [Float] = []
    let first = try Self.trainer(Self.plan)
    try first.run(until: 5, checkpoint: file) {
      resumed.append($0.terms.sum)
      return true
    }
    let second = try Self.trainer(Self.plan)
    try second.resume(from: file)
    #expect(second.iteration == 5)
    try second.run(until: 15) {
      resumed.append($0.terms.sum)
      return true
    }
    #expect(resumed == unbroken)
    #expect(second.average.values.values(0..<1000) == whole.average.values.values(0..<1000))
  }

  @Test func `brings the loss down on a few pictures`() throws {
    var plan = Self.plan
    plan.epochs = 260
    plan.side = 96
    plan.batch = 8
    plan.nominalBatch = 8
    plan.augmentation = .none
    let trainer = try Self.trainer(plan)
    var boxes: [Float] = []
    try trainer.run {
      boxes.append($0.terms.box)
      return true
    }
    let early = boxes.prefix(10).reduce(0, +) / 10, late = boxes.suffix(10).reduce(0, +) / 10
    #expect(late < 0.25 * early, "box loss from \(early) to \(late)")
  }

  @Test func `keeps the last good checkpoint when a new one cannot be written`() throws {
    let trainer = try Self.trainer(Self.plan)
    #expect(throws: TrainingError.self) { try trainer.save(to: URL(filePath: "/dev/full/x.safetensors")) }
  }

  @Test func `passes over bad labels and names them`() {
    var problems: [Dataset.Problem] = []
    let text = "0 0.5 0.5 0.2 0.2\nx 1 2\n9 0.5 0.5 0.1 0.1\n1 1.8 0.5 0.2 0.2\n1 0.5 nan 0.2 0.2\n"
    let objects = Dataset.objects(in: text, file: "a.txt", classes: 2, problems: &problems)
    #expect(objects.count == 1)
    #expect(problems.map(\.kind) == [.unreadableLine, .unknownClass, .boxOutside, .unreadableLine])
    #expect(problems[0].place == "a.txt:2")
  }
}
