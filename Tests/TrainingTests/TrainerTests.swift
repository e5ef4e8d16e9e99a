import Checkpoints
import Foundation
import GELAN
import Imaging
import Testing

@testable import Evaluation
@testable import Training

@Suite(.serialized) struct `The trainer` {
  /// Coloured rectangles on grey: class 0 red, class 1 blue.
  static func scene(_ number: Int) -> (image: RGBImage, objects: [Dataset.Object]) {
    var random = SampleRandom(seed: 99, epoch: 0, index: number)
    var image = RGBImage(width: 64, height: 64, level: 90)
    var objects: [Dataset.Object] = []
    for classID in 0..<2 {
      let side = 20 + random.index(below: 10), x = random.index(below: 64 - side), y = classID * 32
      let height = min(side, 30)
      for row in y..<y + height {
        for column in x..<x + side { image.bytes[(row * 64 + column) * 3 + classID * 2] = 250 }
      }
      objects.append(
        .init(classID: classID, box: SIMD4(Float(x), Float(y), Float(x + side), Float(y + height)) / 64))
    }
    return (image, objects)
  }

  static func trainer(_ plan: TrainingPlan) throws -> Trainer {
    let samples = (0..<8).map { Dataset.Sample(path: "\($0)", objects: scene($0).objects) }
    return try Trainer(plan, data: Dataset(classNames: ["red", "blue"], samples: samples, problems: [])) {
      Int($0).map { scene($0).image }
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

  @Test(arguments: StochasticGradient.Method.allCases)
  func `resumes to the very losses of the unbroken run`(method: StochasticGradient.Method) throws {
    var plan = Self.plan
    plan.method = method
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let files = RunFiles(folder: folder)
    var unbroken: [Float] = []
    let whole = try Self.trainer(plan)
    try whole.run(until: 15) {
      unbroken.append($0.terms.sum)
      return true
    }
    var resumed: [Float] = []
    let first = try Self.trainer(plan)
    try first.run(until: 5, files: files) {
      resumed.append($0.terms.sum)
      return true
    }
    let second = try Self.trainer(plan)
    try second.resume(from: files.checkpoint)
    #expect(second.iteration == 5)
    try second.run(until: 15) {
      resumed.append($0.terms.sum)
      return true
    }
    #expect(resumed == unbroken)
    #expect(second.average.values.values(0..<1000) == whole.average.values.values(0..<1000))
  }

  @Test func `brings the loss down on a few images`() throws {
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

  @Test func `keeps the last good checkpoint when the disk is full`() async {
    await #expect(processExitsWith: .success) {
      let folder = try TrainerFolder()
      let trainer = try `The trainer`.trainer(`The trainer`.plan)
      try trainer.run(until: 2, files: folder.files) { _ in true }
      signal(SIGXFSZ, SIG_IGN)
      var limit = rlimit(rlim_cur: 4096, rlim_max: 4096)
      guard setrlimit(__rlimit_resource_t(RLIMIT_FSIZE.rawValue), &limit) == 0 else { exit(2) }
      var failures = 0
      try? trainer.run(until: 4, files: folder.files) {
        failures += $0.failure?.code == .cannotWrite ? 1 : 0
      } report: { _ in
        true
      }
      let again = try `The trainer`.trainer(`The trainer`.plan)
      try again.resume(from: folder.files.checkpoint)
      let left = try FileManager.default.contentsOfDirectory(atPath: folder.url.path)
      exit(failures == 1 && again.iteration == 2 && !left.contains { $0.hasSuffix(".tmp") } ? 0 : 1)
    }
  }

  @Test func `goes on without the auxiliary branch, which it drops`() throws {
    let folder = try TrainerFolder()
    var plan = Self.plan
    plan.network = try #require(NetworkSpec.named("yolov9-p"))
    let first = try Self.trainer(plan)
    try first.run(until: 4, files: folder.files) { _ in true }
    plan.auxiliary = .none
    let second = try Self.trainer(plan)
    try second.resume(from: folder.files.checkpoint)
    #expect(second.iteration == 4)
    #expect(second.network.name == "gelan-p")
    let before = try first.inferenceModel(), after = try second.inferenceModel()
    #expect(before.weights.tensors == after.weights.tensors)
  }

  @Test func `can be made longer or shorter when it is taken up again`() throws {
    let folder = try TrainerFolder()
    try Self.trainer(Self.plan).run(until: 4, files: folder.files) { _ in true }
    for epochs in [3, 40] {
      var plan = Self.plan
      plan.epochs = epochs
      plan.side = 96
      let trainer = try Self.trainer(plan)
      try trainer.resume(from: folder.files.checkpoint)
      var done = 0
      try trainer.run(until: 8) {
        done = $0.iteration
        return $0.terms.sum.isFinite
      }
      #expect(done == min(8, epochs * 2))
    }
  }

  @Test func `takes batches of several sizes, the same when it is taken up again`() throws {
    var plan = Self.plan
    plan.side = 96
    plan.sideRange = 0.35
    #expect(plan.sides == [64, 96, 128])
    #expect(Set((0..<20).map(plan.side(ofBatch:))) == [64, 96, 128])
    let folder = try TrainerFolder()
    var unbroken: [Float] = [], resumed: [Float] = []
    let whole = try Self.trainer(plan)
    try whole.run(until: 12) {
      unbroken.append($0.terms.sum)
      return true
    }
    let first = try Self.trainer(plan)
    try first.run(until: 5, files: folder.files) {
      resumed.append($0.terms.sum)
      return true
    }
    let second = try Self.trainer(plan)
    try second.resume(from: folder.files.checkpoint)
    try second.run(until: 12) {
      resumed.append($0.terms.sum)
      return true
    }
    #expect(unbroken == resumed)
    #expect(unbroken.allSatisfy { $0.isFinite })
    // All sizes lie in the memory of the largest.
    var large = plan
    large.side = 128
    large.sideRange = 0
    let alone = try Self.trainer(large)
    #expect(whole.arenaByteCount == alone.arenaByteCount)
  }

  @Test func `draws its curves, from the beginning when it is taken up again`() throws {
    let folder = try TrainerFolder()
    let trainer = try Self.trainer(Self.plan)
    for isContinued in [false, true] {
      let log = try RunLog(folder: folder.url, classNames: ["red", "blue"], isContinued: isContinued)
      try trainer.run(until: isContinued ? 6 : 4, epochEnded: { log.add($0) }, report: { _ in true })
    }
    let svg = try String(contentsOf: folder.url.appending(path: "results.svg"), encoding: .utf8)
    let lines = svg.matches(of: /points="([^"]+)"[^>]*stroke-width="2"/)
    // Three losses and the rate over three epochs; nothing was validated.
    #expect(lines.map { $0.1.split(separator: " ").count }.filter { $0 > 0 } == [3, 3, 3, 3])
    for name in ["Loss", "Average precision", "Learning rate", "AP50", "epoch", "1", "3"] {
      #expect(svg.contains(">\(name)<"))
    }
  }

  @Test func `marks the best epoch in its curves, and keeps the table of an earlier version`() throws {
    let folder = try TrainerFolder()
    let table = folder.url.appending(path: "results.csv")
    try "epoch,iteration,box,cls,dfl,rate,images_per_second,map50,map,map50 red\n1,2,3,4,5,0.01,9.0,0.5,0.25,0.5\n"
      .write(
        to: table, atomically: true, encoding: .utf8)
    _ = try RunLog(folder: folder.url, classNames: ["red"], isContinued: true)
    let lines = try String(contentsOf: table, encoding: .utf8).split(separator: "\n")
    #expect(lines[0].hasPrefix("epoch,iteration,box,cls,dfl,rate,images_per_second,val_box,"))
    #expect(lines[1] == "1,2,3,4,5,0.01,9.0,,,,,,,,0.5,0.25,0.5")
    let svg = RunLog.plot(
      of: "epoch,best,map50,map,f1\n1,1,0.3,0.1,0.2\n2,1,0.5,0.25,0.4\n3,0,0.6,0.2,0.5\n")
    for label in ["AP50 0.5000 (best, epoch 2)", "AP 0.2500 (best, epoch 2)", "F1 0.4000 (best, epoch 2)"] {
      #expect(svg.contains(">\(label)<"), "\(label)")
    }
    #expect(svg.matches(of: /<circle/).count == 3)
  }

  @Test(arguments: [nil, .depthwise, .attention] as [Aggregation.Kind?])
  func `learns a few images by heart, and finds everything on them`(block: Aggregation.Kind?) throws {
    let folder = try TrainerFolder()
    let scenes = try (0..<8).map { number in
      let scene = Self.scene(number)
      try scene.image.bitmap.write(to: folder.url.appending(path: "\(number).bmp"))
      return (fileName: "\(number).bmp", objects: scene.objects)
    }
    let truth = GroundTruth(scenes, in: folder.url)
    var plan = Self.plan
    plan.network = try #require(NetworkSpec.named("yolov9-p")).replacingBlocks(kind: block)
    plan.epochs = 320
    plan.side = 96
    plan.batch = 8
    plan.nominalBatch = 8
    plan.augmentation = .none
    plan.averageRamp = 50
    let trainer = try Trainer(plan, data: Dataset(truth)) { RGBImage(path: $0) }
    // Each epoch is one step here, and files after each would take most of the time.
    try trainer.run(until: plan.epochs - 1) { _ in true }
    var found: [Double] = []
    try trainer.run(files: folder.files, validation: Validation(truth, side: 96, workers: 2)) { report in
      if let precision = report.precision { found.append(precision.precision(thresholds: 0..<1)) }
    } report: { _ in
      true
    }
    let last = try #require(found.last)
    #expect(last > 0.95, "\(found)")
    #expect(trainer.best.map { $0.fitness > 0.5 } == true)
    // What was written for the best epoch is a model of this network and finds as much.
    let model = try InferenceModel(path: folder.files.bestModel.path)
    #expect(model.spec.name == "gelan-p" + (block.map { "-\($0.rawValue)" } ?? ""))
    #expect(model.classNames == ["red", "blue"])
    let again = try Validation(truth, side: 96, workers: 1).measure(model)
    #expect(again.precision.precision(thresholds: 0..<1) > 0.95)
    #expect(again.problems.isEmpty)
  }

  @Test func `shows others in place of images that cannot be read, and names them`() throws {
    let samples = (0..<8).map { Dataset.Sample(path: "\($0)", objects: Self.scene($0).objects) }
    let data = Dataset(classNames: ["red", "blue"], samples: samples, problems: [])
    var plan = Self.plan
    plan.augmentation.mosaic = 0.5
    let trainer = try Trainer(plan, data: data) { $0 == "3" ? nil : Int($0).map { Self.scene($0).image } }
    try trainer.run(until: 2) { $0.terms.sum.isFinite }
    #expect(trainer.unreadablePaths == ["3"])
  }
}

extension GroundTruth {
  /// Scenes of red and blue whose images are in `folder`.
  init(_ scenes: [(fileName: String, objects: [Dataset.Object])], in folder: URL) {
    let images = scenes.enumerated().map { number, scene in
      let objects = scene.objects.map { object in
        let box = SIMD4<Double>(object.box)
        return TrueObject(
          box: PreciseBox(left: box[0], top: box[1], width: box[2] - box[0], height: box[3] - box[1]),
          classID: object.classID)
      }
      return Image(
        id: .number(number), name: scene.fileName, path: folder.appending(path: scene.fileName).path, size: .unit,
        objects: objects)
    }
    self.init(
      path: folder.path, categories: ["red", "blue"].enumerated().map { Category(id: .number($0), name: $1) },
      images: images)
  }
}

/// A folder of a run that goes when the test ends.
struct TrainerFolder: ~Copyable {
  let url = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
  var files: RunFiles { RunFiles(folder: url) }

  init() throws { try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(at: url) }
}

extension RGBImage {
  /// The image as an uncompressed BMP file.
  var bitmap: Data {
    let stride = (width * 3 + 3) / 4 * 4
    func little(_ value: Int, _ count: Int) -> [UInt8] {
      (0..<count).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
    }
    var file: [UInt8] = [0x42, 0x4D] + little(54 + stride * height, 4) + little(0, 4) + little(54, 4)
    file += little(40, 4) + little(width, 4) + little(height, 4) + little(1, 2) + little(24, 2) + little(0, 24)
    for row in (0..<height).reversed() {
      var line: [UInt8] = []
      for column in 0..<width {
        let at = (row * width + column) * 3
        line += [bytes[at + 2], bytes[at + 1], bytes[at]]
      }
      file += line + [UInt8](repeating: 0, count: stride - line.count)
    }
    return Data(file)
  }
}
