#if Full
import ArgumentParser
import Evaluation
import Foundation
package import GELAN
package import Training

extension NetworkSpec.Auxiliary: ExpressibleByArgument {}
extension NetworkSpec.AuxiliaryLevels: ExpressibleByArgument {}
extension AuxiliaryForm.Source: ExpressibleByArgument {}
extension AuxiliaryForm.Integration: ExpressibleByArgument {}
extension Aggregation.Kind: ExpressibleByArgument {}
extension StochasticGradient.Method: ExpressibleByArgument {}
extension DetectionLoss.Guidance: ExpressibleByArgument {}

/// Data options of training.
struct TrainingDataArguments: ParsableArguments {
  @Option(help: ArgumentHelp("Data to train on.", valueName: "path")) var data: String?
  @Option(
    help: ArgumentHelp(
      "Data to validate on. (default: the split 'val' of --data, unless that is a file)", valueName: "path"))
  var val: String?
  @Option(help: "Folder of the training images. (default: that of the data set)") var images: String?
  @Option(help: "Epochs between validations; 0 for none.") var valEvery = 1

  func validate() throws {
    guard valEvery >= 0 else { throw ValidationError("--val-every \(valEvery): expected 0 or more") }
  }

  /// The validation set, if any.
  func validationSet(classes: [String], say: (String) -> Void) throws -> GroundTruth? {
    guard valEvery > 0, let data else { return nil }
    // An annotation file is a single split.
    if val == nil, data.lowercased().hasSuffix(".json") {
      say("not validated: \(data) is to train on; give --val")
      return nil
    }
    let set: GroundTruth
    do { set = try GroundTruth.open(val ?? data, split: "val", classes: classes, keepsOutlines: false) } catch {
      if val != nil { throw error }
      say("not validated: \(error)")
      return nil
    }
    if val == nil, set.isUnsplit {
      say("not validated: \(data) has no parts, so nothing is set aside; give --val")
      return nil
    }
    for line in set.problems.report { say("validation data: \(line)") }
    guard set.classNames == classes else {
      throw TrainingError(.unusableData, "training and validation data do not name the same classes in the same order")
    }
    return set
  }
}

/// Schedule and optimiser options.
struct TrainingScheduleArguments: ParsableArguments {
  @Option(help: "Passes over the data.") var epochs = 100
  @Option(
    name: [.customLong("imgsz"), .customLong("img"), .customLong("img-size")], help: "Side of the images in pixels.")
  var imgsz = 320
  @Option(help: "Multi-scale training: random change of each batch's size, 0 to 0.5 of the side.") var multiScale = 0.0
  @Option(name: [.customLong("batch"), .customLong("batch-size")], help: "Images in a batch.") var batch = 16
  @Option(help: "Images that an optimiser step averages over.") var nominalBatch = 64
  @Option(help: "Optimiser of the kernels: sgd, or muon (orthogonalised updates).")
  var optimizer = StochasticGradient.Method.sgd
  @Option(name: [.customLong("lr"), .customLong("lr0")], help: "Learning rate after the warm-up.") var lr = 0.01
  @Option(name: [.customLong("warmup"), .customLong("warmup-epochs")], help: "Epochs of warm-up.") var warmup = 3.0
  @Option(help: "Last epochs over which the learning rate decays. (default: all)") var cool: Int?
  @Option(help: "Gradient clipping: largest norm.") var clip = 10.0
  @Option(help: "Final decay of the weight average.") var averageDecay = 0.9999
  @Option(help: "Updates over which the decay of the weight average rises.") var averageRamp = 2000.0
  @Option(help: "Early stopping: epochs without improvement.") var patience = 100
  @Option(help: "Seed of all random numbers.") var seed: UInt64 = 0
  @Option(help: "Workers that share each batch, over all processes.") var workers = 2
  @Option(help: "Threads of each worker.") var threads = 1
  @Option(help: ArgumentHelp("The device; only cpu is known.", visibility: .hidden)) var device = "cpu"

  func validate() throws {
    guard device == "cpu" else {
      throw ValidationError("--device \(device): expected cpu; this program computes on the processor only")
    }
    try expect("--epochs", epochs, in: 1...1_000_000)
    try expect("--imgsz", imgsz, in: 32...8192)
    guard imgsz % 32 == 0 else { throw ValidationError("--imgsz \(imgsz): expected a multiple of 32") }
    try expect("--multi-scale", multiScale, in: 0...0.5)
    try expect("--batch", batch, in: 1...65_536)
    try expect("--nominal-batch", nominalBatch, in: 1...65_536)
    try expect("--lr", lr, in: 0...10)
    try expect("--warmup", warmup, in: 0...1000)
    if let cool { try expect("--cool", cool, in: 1...1_000_000) }
    try expect("--clip", clip, in: 1e-6...1e6)
    try expect("--average-decay", averageDecay, in: 0...1)
    try expect("--average-ramp", averageRamp, in: 1...1e9)
    try expect("--patience", patience, in: 1...1_000_000)
    try expect("--workers", workers, in: 1...256)
    try expect("--threads", threads, in: 1...256)
    guard batch % workers == 0 else {
      throw ValidationError("--batch \(batch): expected a multiple of the \(workers) workers")
    }
  }

  func write(to plan: inout TrainingPlan) {
    plan.epochs = epochs
    plan.side = imgsz
    plan.sideRange = multiScale
    plan.batch = batch
    plan.nominalBatch = nominalBatch
    plan.method = optimizer
    plan.learningRate = lr
    plan.warmupEpochs = warmup
    plan.coolEpochs = cool
    plan.largestNorm = clip
    plan.averageDecay = averageDecay
    plan.averageRamp = averageRamp
    plan.patience = patience
    plan.seed = seed
    plan.workers = workers
    plan.threads = threads
  }
}

/// Augmentation options.
struct AugmentationArguments: ParsableArguments {
  @Option(help: "Probability of mosaic.") var mosaic: Float = 1
  @Option(help: "Probability of mixup.") var mixup: Float = 0.15
  @Option(help: "Share of the objects of a mosaic pasted once more, mirrored, where outlines are known.")
  var copyPaste: Float = 0.3
  @Option(help: "Largest relative change of size.") var scale: Float = 0.9
  @Option(help: "Largest shift, as a fraction of the side.") var translate: Float = 0.1
  @Option(help: "Last epochs without mosaic and mixup; no epoch of a shorter run has them.") var closeMosaic = 15

  func validate() throws {
    try expect("--mosaic", mosaic, in: 0...1)
    try expect("--mixup", mixup, in: 0...1)
    try expect("--copy-paste", copyPaste, in: 0...1)
    try expect("--scale", scale, in: 0...0.99)
    try expect("--translate", translate, in: 0...1)
    try expect("--close-mosaic", closeMosaic, in: 0...1_000_000)
  }

  func write(to augmentation: inout Augmentation) {
    augmentation.mosaic = mosaic
    augmentation.mixup = mixup
    augmentation.copyPaste = copyPaste
    augmentation.scale = scale
    augmentation.translate = translate
  }
}

/// Parameters and GFLOPs of a network at inference and in training.
struct NetworkSize: CustomStringConvertible {
  let spec: NetworkSpec
  let side: Int

  init(_ spec: NetworkSpec, side: Int) {
    self.spec = spec
    self.side = side
  }

  var description: String {
    let trained = spec.graph(), running = spec.inference.graph().folded
    func text(_ value: Double) -> String { String(format: "%.3f", value) }
    return "\(spec.name): \(running.parameterCount) parameters and "
      + "\(text(running.gigaflops(height: side, width: side))) GFLOPs as it runs at \(side)x\(side), "
      + "\(trained.parameterCount) and \(text(trained.gigaflops(height: side, width: side))) while training"
  }
}

/// The folder of a run.
struct TrainingFolderArguments: ParsableArguments {
  @Option(help: "Folder of the run. If it contains a run, a number is appended: runs/train2.") var out = "runs/train"
  @Option(help: ArgumentHelp("Folder of runs, with --name.", visibility: .hidden)) var project: String?
  @Option(help: ArgumentHelp("Name of the run in --project.", visibility: .hidden)) var name: String?
  @Flag(name: [.customLong("exist-ok")], help: "Overwrite the run in the folder.") var mayExist = false

  /// The folder, also in the two parts that other programs take.
  var path: String {
    project == nil && name == nil ? out : "\(project ?? "runs")/\(name ?? "train")"
  }
}
#endif
