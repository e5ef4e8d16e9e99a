import ArgumentParser
import Evaluation
import Foundation
import GELAN
import Imaging
import MPI
import Outputs
import Training

/// `yolostream train`: trains a network on labelled images.
struct TrainCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network on labelled images.",
    discussion: """
      Examples:
        yolostream train --data data.yaml --epochs 100 --out runs/mine
        yolostream train --data DATA --network yolov9-t.pt --lr 0.001 --epochs 20
        yolostream train --data DATA --epochs 100 --out runs/mine --resume

      Data is data.yaml (Ultralytics, Roboflow, CVAT), obj.data, a COCO file, a folder with one of these, a Pascal VOC \
      folder, or a folder of images with YOLO labels and classes.txt (LabelImg). What is left out, repaired or kept as \
      background is counted and named; no label at all is an error. The folder of the run holds args.yaml (what it was \
      started with), last.safetensors (to go on from), model.safetensors and best.safetensors (to run), the tables log.csv \
      and results.csv, and the curves results.svg. SIGINT and SIGTERM end a run after the next step, with a checkpoint. \
      Started by OpenMPI's mpirun, the processes share the workers and train as one would; signals end them at once.

      Exit codes: 0 done, 64 usage, 65 unusable data, 66 no such data, 70 the loss is no number any more, 73 a file could \
      not be written, 78 unusable weights or checkpoint, 130 interrupted.
      """)

  @OptionGroup(title: "Data") var source: TrainingDataArguments
  @OptionGroup(title: "Network") var network: TrainingNetworkArguments
  @OptionGroup(title: "Plan") var schedule: TrainingScheduleArguments
  @OptionGroup(title: "Augmentation") var augmentation: AugmentationArguments

  @Option(help: "Folder of the run. If it contains a run, a number is appended: runs/train2.") var out = "runs/train"
  @Flag(name: [.customLong("exist-ok")], help: "Overwrite the run in the folder.") var mayExist = false
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
    let start = try network.start()
    var plan = TrainingPlan(network: start.spec)
    plan.auxiliary = network.aux
    plan.auxiliaryLevels = network.levels
    plan.guidance = network.guidance
    schedule.write(to: &plan)
    augmentation.write(to: &plan.augmentation)
    plan.closeMosaic = augmentation.closeMosaic
    plan.validationEvery = max(source.valEvery, 1)
    if let benchmark { return try measure(plan, batches: benchmark) }

    // Only the first process started by `mpirun` prints.
    let group = try ProcessGroup.joined()
    let say: (String) -> Void = group.isFirst ? { print($0) } : { _ in }
    let path = source.data ?? ""
    let training = Dataset(try GroundTruth.open(path, split: "train", images: source.images))
    for line in training.problems.report { say("data: \(line)") }
    try training.expectLabels(in: path)
    let statistics = DatasetStatistics(training)
    for warning in statistics.warnings(side: plan.side) { say("warning: \(warning)") }
    let validationSet = try source.validationSet(classes: training.classNames, say: say)
    if group.isFirst, let validationSet {
      let shared = DatasetStatistics.overlap(
        training: training.samples.map(\.path), validation: validationSet.images.map(\.path))
      if let first = shared.first {
        say("warning: \(shared.count) images to validate on are trained on, too, such as \(first)")
      }
    }
    if dryRun {
      say(statistics.text)
      say("validation: " + (validationSet.map { "\($0.images.count) images, \($0.objectCount) objects" } ?? "none"))
      return
    }
    if plan.batch > training.samples.count {
      say("the batch of \(plan.batch) is larger than the data: images are shown more than once in it")
    }
    let validation = validationSet.map { Validation($0, side: plan.side, workers: plan.workers * plan.threads) }
    let trainer = try Trainer(plan, data: training, group: group) { RGBImage(path: $0) }
    // Only the first process writes; to resume, all read.
    let folder = try RunFolder.make(out, mayExist: mayExist || resume || !group.isFirst)
    let files = RunFiles(folder: URL(filePath: folder, directoryHint: .isDirectory))
    if folder != out { say("\(out) holds a run already; this one goes to \(folder)") }
    if group.isFirst { RunFolder.keepArguments(plan, data: path, network: network.network, in: folder) }
    if resume {
      try trainer.resume(from: files.checkpoint)
    } else if let weights = start.weights {
      let unknown = try trainer.begin(with: weights)
      say(
        "begins with \(network.network)" + (unknown.isEmpty ? "" : "; new classes: " + unknown.joined(separator: ", ")))
    }
    say(NetworkSize(trainer.network, side: plan.side).description)
    say(
      "\(training.samples.count) images, \(training.classNames.count) classes, \(trainer.iterationCount) iterations, "
        + "\(trainer.arenaByteCount >> 20) MiB of activations")
    let log =
      group.isFirst ? try RunLog(folder: files.folder, classNames: training.classNames, isContinued: resume) : nil
    // A process that exits alone would leave the others of its group waiting.
    let signals = group.count == 1 ? InterruptSignals() : nil
    signals?.onInterrupt {}
    var named = 0
    try trainer.run(until: iterations, files: files, validation: validation) { report in
      log?.add(report)
      say(line(for: report))
      for path in trainer.unreadablePaths.dropFirst(named) { say("left out: unreadable image \(path)") }
      named = trainer.unreadablePaths.count
      fflush(nil)
    } report: { progress in
      log?.add(progress)
      if progress.iteration % 20 == 0 {
        say(line(for: progress, batch: plan.batch))
        fflush(nil)
      }
      return signals?.wasInterrupted != true
    }
    if let best = trainer.best { say("best: epoch \(best.epoch + 1), \(files.bestModel.path)") }
    group.leave()
    if signals?.wasInterrupted == true, trainer.iteration < trainer.iterationCount {
      say("stopped after iteration \(trainer.iteration); --resume goes on from there")
      throw ExitCode(130)
    }
  }

  private func line(for progress: IterationReport, batch: Int) -> String {
    let terms = progress.terms
    let left = Int(Double((progress.iterations - progress.iteration) * batch) / max(progress.rate, 0.1))
    return "epoch \(progress.epoch + 1) iteration \(progress.iteration)/\(progress.iterations) box \(terms.box) "
      + "cls \(terms.classes) dfl \(terms.distribution) \(Int(progress.rate)) images/s, \(left) s left"
  }

  private func line(for report: EpochReport) -> String {
    var text = "epoch \(report.epoch + 1) done: box \(report.terms.box) cls \(report.terms.classes) dfl "
    text += "\(report.terms.distribution)"
    if let precision = report.precision {
      text += String(
        format: ", AP50 %.4f AP %.4f", precision.precision(thresholds: 0..<1), precision.precision())
      if report.isBest { text += " (best)" }
    }
    for line in report.problems.report { text += "\nvalidation data: \(line)" }
    if let failure = report.failure { text += "\nnot saved: \(failure)" }
    return text
  }

  private func measure(_ plan: TrainingPlan, batches: Int) throws {
    guard var spec = plan.network.training(with: plan.auxiliary, levels: plan.auxiliaryLevels) else {
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
