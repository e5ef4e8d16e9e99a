#if Full
import ArgumentParser
import Evaluation
import Foundation
import GELAN
import Imaging
import MPI
import Outputs
import Scene
import Training

/// `yolostream train`: trains a network on labelled images.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network on labelled images.",
    discussion: """
      Examples:
        yolostream train --data data.yaml --epochs 50 --out runs/mine
        yolostream train --data DATA --network yolov9-t --lr 0.001 --epochs 20
        yolostream train --data DATA --from-scratch --network yolov9-t
        yolostream train --data DATA --epochs 100 --out runs/mine --resume

      Data is data.yaml (Ultralytics, Roboflow, CVAT), obj.data, a COCO file, a folder with one of these, a Pascal VOC \
      folder, or a folder of images with YOLO labels and classes.txt (LabelImg). What is left out, repaired or kept as \
      background is counted and named; no label at all is an error. The folder of the run holds args.yaml (what it was \
      started with), last.safetensors (to go on from), model.safetensors and best.safetensors (to run), the tables log.csv \
      and results.csv, the curves results.svg, labels.txt (counts and sizes of the labels), the first batches with their \
      boxes (train_batch0.jpg …), and images to validate on with labels and with detections (val_batch0_labels.jpg, \
      val_batch0_pred.jpg). SIGINT and SIGTERM end a run after the next step, with a checkpoint. \
      Started by OpenMPI's mpirun, the processes share the workers and train as one would; signals end them at once.

      Exit codes: 0 done, 64 usage, 65 unusable data, 66 no such data, 70 the loss is no number any more, 73 a file could \
      not be written, 78 unusable weights or checkpoint, 130 interrupted.
      """)

  @OptionGroup(title: "Data") var source: TrainingDataArguments
  @OptionGroup(title: "Network") var network: TrainingNetworkArguments
  @OptionGroup(title: "Plan") var schedule: TrainingScheduleArguments
  @OptionGroup(title: "Augmentation") var augmentation: AugmentationArguments

  @OptionGroup var folderArguments: TrainingFolderArguments
  @Flag(help: "Print what would be trained, and exit.") var dryRun = false
  @Flag(help: "Resume from the checkpoint in the folder. Epochs, learning rates and image size can be changed.")
  var resume = false
  @Option(help: "Iterations after which to stop, at the optimiser's next step.") var iterations: Int?
  @Option(help: "Measure the speed of this many batches of random images instead.") var benchmark: Int?
  @Flag(help: "With --benchmark: the time of each kind of step.") var profile = false

  func validate() throws {
    guard source.data != nil || benchmark != nil else {
      throw ValidationError("no data was named: give --data FOLDER or FILE.json")
    }
    if let iterations, iterations < 1 { throw ValidationError("--iterations \(iterations): expected 1 or more") }
    if let benchmark, benchmark < 1 { throw ValidationError("--benchmark \(benchmark): expected 1 or more") }
  }

  func run() throws {
    try AddressSpace.check()
    if let benchmark { return try measure(plan(of: network.start(needsWeights: false).spec), batches: benchmark) }
    // Only the first process started by `mpirun` prints.
    let group = try ProcessGroup.joined()
    var notes: [String] = []
    let start = try network.start { notes.append($0) }
    let plan = plan(of: start.spec)
    let progress = TrainingProgress(plan, isPrinting: group.isFirst)
    for note in notes { progress.say(note) }
    let path = source.data ?? ""
    let training = Dataset(try GroundTruth.open(path, split: "train", images: source.images))
    for line in training.problems.report { progress.say("data: \(line)") }
    try training.expectLabels(in: path)
    let statistics = DatasetStatistics(training)
    for warning in statistics.warnings(side: plan.side) { progress.say("warning: \(warning)") }
    let validationSet = try source.validationSet(classes: training.classNames, say: progress.say)
    if group.isFirst, let validationSet {
      let shared = DatasetStatistics.overlap(
        training: training.samples.map(\.path), validation: validationSet.images.map(\.path))
      if let first = shared.first {
        let subject = shared.count == 1 ? "1 image to validate on is" : "\(shared.count) images to validate on are"
        progress.say("warning: \(subject) trained on, too, such as \(first)")
      }
    }
    if dryRun {
      progress.say(statistics.text(side: plan.side))
      progress.say(
        "validation: "
          + (validationSet.map { "\($0.images.count.counted("image")), \($0.objectCount.counted("object"))" } ?? "none")
      )
      return
    }
    if plan.batch > training.samples.count {
      progress.say("the batch of \(plan.batch) is larger than the data: images are shown more than once in it")
    }
    let validation = validationSet.map { set in
      var validation = Validation(set, side: plan.side, workers: plan.workers * plan.threads)
      validation.measuresLoss = true
      validation.progress = { progress.show(validated: $0, of: set.images.count) }
      return validation
    }
    let trainer = try Trainer(plan, data: training, group: group) { RGBImage(path: $0) }
    try train(trainer, from: start, on: training, statistics, validation, group, progress)
  }

  private func plan(of spec: NetworkSpec) -> TrainingPlan {
    var plan = TrainingPlan(network: spec)
    network.write(to: &plan)
    schedule.write(to: &plan)
    augmentation.write(to: &plan.augmentation)
    plan.closeMosaic = augmentation.closeMosaic
    plan.validationEvery = max(source.valEvery, 1)
    return plan
  }

  private func train(
    _ trainer: Trainer, from start: TrainingNetworkArguments.Start, on training: Dataset,
    _ statistics: DatasetStatistics, _ validation: Validation?, _ group: ProcessGroup, _ progress: TrainingProgress
  ) throws {
    let plan = trainer.plan
    // Only the first process writes; to resume, all read.
    let wanted = folderArguments.path
    let folder = try RunFolder.make(wanted, mayExist: folderArguments.mayExist || resume || !group.isFirst)
    let files = RunFiles(folder: URL(filePath: folder, directoryHint: .isDirectory))
    if folder != wanted { progress.say("\(wanted) holds a run already; this one goes to \(folder)") }
    if group.isFirst { RunFolder.keepArguments(plan, data: source.data ?? "", network: start.name, in: folder) }
    if resume {
      try trainer.resume(from: files.checkpoint)
    } else if let weights = start.weights {
      let unknown = try trainer.begin(with: weights)
      let known = training.classNames.filter { !unknown.contains($0) }
      progress.say(
        "begins with \(start.name)" + (known.isEmpty ? "" : "; classes it knows: " + known.joined(separator: ", "))
          + (unknown.isEmpty ? "" : "; new classes: " + unknown.joined(separator: ", ")))
    } else {
      progress.say("begins with random weights of \(start.name)")
    }
    progress.say(NetworkSize(trainer.network, side: plan.side).description)
    progress.say(
      "\(statistics.summary), \(training.classNames.count.counted("class", plural: "classes")), "
        + "\(trainer.iterationCount.counted("iteration")), "
        + "\(trainer.arenaByteCount >> 20) MiB of activations")
    let images = RunImages(folder: files.folder, classNames: training.classNames)
    let log =
      group.isFirst ? try RunLog(folder: files.folder, classNames: training.classNames, isContinued: resume) : nil
    if group.isFirst, !resume {
      // These only inform: a failure to write them must not end a run.
      try? images.writeBatches(3, of: trainer)
      let text = statistics.text(side: plan.side) + "\n"
      try? Data(text.utf8).write(to: files.folder.appending(path: "labels.txt"))
    }
    // A process that exits alone would leave the others of its group waiting.
    let signals = group.count == 1 ? InterruptSignals() : nil
    signals?.onInterrupt {}
    var named = 0
    try trainer.run(until: iterations, files: files, validation: validation) { report in
      log?.add(report)
      progress.show(report)
      if let validation, let measurement = report.measurement { try? images.write(measurement, of: validation.truth) }
      for path in trainer.unreadablePaths.dropFirst(named) { progress.say("left out: unreadable image \(path)") }
      named = trainer.unreadablePaths.count
    } report: { report in
      log?.add(report)
      progress.show(report)
      return signals?.wasInterrupted != true
    }
    progress.close()
    if let best = trainer.best { progress.say("best: epoch \(best.epoch + 1), \(files.bestModel.path)") }
    group.leave()
    if signals?.wasInterrupted == true, trainer.iteration < trainer.iterationCount {
      progress.say("stopped after iteration \(trainer.iteration); --resume goes on from there")
      throw ExitCode(130)
    }
  }

  private func measure(_ plan: TrainingPlan, batches: Int) throws {
    guard var spec = plan.trainedNetwork else {
      throw ValidationError("\(plan.network.name) has no auxiliary part of this kind")
    }
    spec.classCount = 20
    print(NetworkSize(spec, side: plan.side).description)
    let result = try TrainingBenchmark(
      spec, batch: plan.batch, side: plan.side, workers: plan.workers, threads: plan.threads, isTimed: profile
    ).run(batches: batches)
    print(String(format: "%.2f images/s forward and backward", result.rate))
    guard profile else { return }
    for kind in result.kinds(images: batches * plan.batch / plan.workers) {
      print(String(format: "%9.3f ms an image, %4d steps: ", kind.milliseconds, kind.count) + kind.name)
    }
  }
}
#endif
