import ArgumentParser
import Foundation
import GELAN
import Training

/// Trains a network on labelled pictures.
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network on labelled pictures (a YOLO folder).")

  @Option(help: "YOLO folder: classes.txt, images/train, labels/train.") var data: String
  @Option(help: "Network: yolov9-n, yolov9-t, yolov9-s, …") var network = "yolov9-n"
  @Option(help: "Passes over the data.") var epochs = 100
  @Option(help: "Side of the pictures.") var imgsz = 320
  @Option(help: "Pictures in a batch.") var batch = 16
  @Option(help: "Pictures an optimiser step counts for.") var nominalBatch = 64
  @Option(help: "Learning rate after the warm-up.") var lr = 0.01
  @Option(help: "Epochs of warm-up.") var warmup = 3.0
  @Option(help: "Auxiliary branch: on or off.") var aux = "on"
  @Option(help: "Assignment of the auxiliary head: own or lead.") var guidance = "own"
  @Option(help: "Probability of mosaic.") var mosaic: Float = 1
  @Option(help: "Probability of mixup.") var mixup: Float = 0.15
  @Option(help: "Largest relative change of size.") var scale: Float = 0.9
  @Option(help: "Last epochs without mosaic.") var closeMosaic = 15
  @Option(help: "Steps over which the weight average settles.") var averageRamp = 2000.0
  @Option(help: "Share of the weight average kept by a step in the long run.") var averageDecay = 0.9999
  @Option(help: "Last epochs over which the learning rate falls (all, unless given).") var cool: Int?
  @Option(help: "Seed.") var seed: UInt64 = 0
  @Option(help: "Workers that share each batch.") var workers = 2
  @Option(help: "Threads of each worker.") var threads = 1
  @Option(help: "Iterations to stop after, for a trial.") var iterations: Int?
  @Option(help: "Folder of checkpoint and log.") var out = "runs/train"
  @Option(help: "Measure this many batches of random pictures instead.") var benchmark: Int?
  @Flag(help: "Go on from the checkpoint in the folder.") var resume = false

  func run() async throws {
    guard let spec = NetworkSpec.named(network) else {
      throw ValidationError("no network is called \(network)")
    }
    guard let auxiliary = TrainingPlan.Auxiliary(rawValue: aux), let guide = DetectionLoss.Guidance(rawValue: guidance)
    else { throw ValidationError("--aux is on or off, --guidance own or lead") }
    var plan = TrainingPlan(network: spec)
    plan.epochs = epochs
    plan.side = imgsz
    plan.batch = batch
    plan.nominalBatch = nominalBatch
    plan.learningRate = lr
    plan.warmupEpochs = warmup
    plan.auxiliary = auxiliary
    plan.guidance = guide
    plan.augmentation.mosaic = mosaic
    plan.augmentation.mixup = mixup
    plan.augmentation.scale = scale
    plan.closeMosaic = closeMosaic
    plan.averageRamp = averageRamp
    plan.averageDecay = averageDecay
    plan.coolEpochs = cool
    plan.seed = seed
    plan.threads = threads
    plan.workers = workers
    if let benchmark {
      var spec = auxiliary == .off ? spec.inference : spec
      spec.classCount = 20
      let graph = spec.graph()
      print(
        "\(spec.name): \(spec.inference.graph().folded.parameterCount) parameters, \(spec.inference.graph().folded.gigaflops(height: imgsz, width: imgsz)) GFLOPs, with auxiliary \(graph.gigaflops(height: imgsz, width: imgsz))"
      )
      let result = try TrainingBenchmark(
        spec, batch: batch, side: imgsz, workers: workers, threads: threads, isTimed: true
      )
      .run(batches: benchmark)
      print("\(result.rate) images/s")
      var byKind: [String: (Double, Int)] = [:]
      for step in result.steps {
        let key =
          (step.isBackward ? "bwd " : "fwd ") + step.implementation + " "
          + (step.part.split(separator: " ").dropFirst().first ?? "")
        byKind[key, default: (0, 0)].0 += step.seconds
        byKind[key, default: (0, 0)].1 += 1
      }
      let images = Double(benchmark * batch / workers)
      for (kind, time) in byKind.sorted(by: { $0.value.0 > $1.value.0 }) {
        print(kind, time.1, time.0 / images * 1000, "ms/image")
      }
      for step in result.steps.sorted(by: { $0.seconds > $1.seconds }).prefix(40) {
        print(step.isBackward ? "bwd" : "fwd", step.part, step.implementation, step.seconds / images * 1000)
      }
      return
    }
    let dataset = try Dataset(yoloFolder: URL(filePath: data), split: "train")
    for line in dataset.problemReport { print(line) }
    let trainer = try Trainer(plan, data: dataset) { Picture(path: $0) }
    let folder = URL(filePath: out)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let checkpoint = folder.appending(path: "last.safetensors")
    if resume { try trainer.resume(from: checkpoint) }
    print(
      "\(trainer.network.name): \(trainer.table.learnedCount) parameters while training, \(dataset.samples.count) "
        + "pictures, \(dataset.classNames.count) classes, \(trainer.iterationCount) iterations, "
        + "\(trainer.arenaByteCount >> 20) MiB of activations")
    let logFile = folder.appending(path: "log.csv")
    if !resume || !FileManager.default.fileExists(atPath: logFile.path) {
      try "iteration,epoch,box,cls,dfl,norm,images_per_second\n".write(to: logFile, atomically: true, encoding: .utf8)
    }
    let log = try FileHandle(forWritingTo: logFile)
    try log.seekToEnd()
    try trainer.run(until: iterations, checkpoint: checkpoint) { progress in
      let terms = progress.terms
      let line =
        "\(progress.iteration),\(progress.epoch),\(terms.box),\(terms.classes),\(terms.distribution),"
        + "\(progress.gradientNorm ?? 0),\(progress.rate)\n"
      try? log.write(contentsOf: Data(line.utf8))
      if progress.iteration % 20 == 0 {
        let left = Int(Double((progress.iterations - progress.iteration) * batch) / progress.rate)
        print(
          "epoch \(progress.epoch + 1) iteration \(progress.iteration)/\(progress.iterations) box \(terms.box) "
            + "cls \(terms.classes) dfl \(terms.distribution) \(Int(progress.rate)) images/s, \(left) s left")
        fflush(nil)
      }
      return true
    }
    try trainer.writeModel(to: folder.appending(path: "model.safetensors"), origin: "trained on \(data)")
    for path in trainer.unreadablePaths { print("unreadable picture: \(path)") }
  }
}
