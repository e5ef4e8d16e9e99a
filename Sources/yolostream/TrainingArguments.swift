public import ArgumentParser
import Foundation
public import GELAN
public import Training

extension NetworkSpec.Auxiliary: ExpressibleByArgument {}
extension NetworkSpec.AuxiliaryLevels: ExpressibleByArgument {}
extension Aggregation.Kind: ExpressibleByArgument {}
extension StochasticGradient.Method: ExpressibleByArgument {}
extension DetectionLoss.Guidance: ExpressibleByArgument {}

/// What is trained.
struct TrainingNetworkArguments: ParsableArguments {
  @Option(
    help: """
      yolov9-n, yolov9-p, yolov9-t, yolov9-s, …; gelan-… have no auxiliary branch. Or a model or \
      checkpoint to begin from: classes it knows by name keep their weights.
      """)
  var network = "yolov9-n"
  @Option(help: "Auxiliary part: off, deep (deep supervision) or on (auxiliary branch).")
  var aux = NetworkSpec.Auxiliary.branch
  @Option(help: "Auxiliary levels: all (multi-level information) or own.") var levels = NetworkSpec.AuxiliaryLevels.all
  @Option(help: "Assignment of the auxiliary head: own or lead.") var guidance = DetectionLoss.Guidance.own
  @Option(help: "Computational block of every stage: conv, res, dark or csp.") var block: Aggregation.Kind?
  @Option(help: "Head: that of the network, official or ultralytics.") var head: HeadKind?
  @Option(help: "Blocks in a stage's chain, 1 to 3.") var elanDepth: Int?
  @Option(help: "Bottlenecks in a block, 1 to 3.") var cspDepth: Int?

  enum HeadKind: String, ExpressibleByArgument {
    case official, ultralytics
  }

  func validate() throws {
    for depth in [elanDepth, cspDepth].compactMap({ $0 }) where !(1...3).contains(depth) {
      throw ValidationError("depths are 1, 2 or 3, not \(depth)")
    }
  }

  /// The network to train, and the weights to begin with where it comes from a file.
  func start() throws -> (spec: NetworkSpec, weights: StartingWeights?) {
    if let spec = NetworkSpec.named(network) { return (varied(spec), nil) }
    guard FileManager.default.fileExists(atPath: network) else {
      throw ValidationError(
        "no network and no file is called \(network); there are the networks "
          + (NetworkSpec.published + NetworkSpec.own).map(\.name).joined(separator: ", "))
    }
    let weights = try StartingWeights(path: network)
    guard head == nil, block == nil, elanDepth == nil, cspDepth == nil else {
      throw ValidationError("--head, --block, --elan-depth and --csp-depth vary a named network, not that of a file")
    }
    return (weights.network, weights)
  }

  private func varied(_ spec: NetworkSpec) -> NetworkSpec {
    var spec = spec
    if let head { spec.headStyle = head == .official ? .official : .ultralytics }
    return spec.replacingBlocks(kind: block, elanDepth: elanDepth, innerDepth: cspDepth)
  }
}

/// How long and how fast.
struct TrainingScheduleArguments: ParsableArguments {
  @Option(help: "Passes over the data.") var epochs = 100
  @Option(help: "Side of the pictures.") var imgsz = 320
  @Option(help: "How much larger or smaller a batch may be drawn, 0 to 0.5 of the side.") var multiScale = 0.0
  @Option(help: "Pictures in a batch.") var batch = 16
  @Option(help: "Pictures an optimiser step counts for.") var nominalBatch = 64
  @Option(help: "How kernels move: sgd, or muon (along orthogonal directions).")
  var optimizer = StochasticGradient.Method.sgd
  @Option(help: "Learning rate after the warm-up.") var lr = 0.01
  @Option(help: "Epochs of warm-up.") var warmup = 3.0
  @Option(help: "Last epochs over which the learning rate falls (all, unless given).") var cool: Int?
  @Option(help: "Largest norm of a step's gradient.") var clip = 10.0
  @Option(help: "Share of the weight average kept by a step in the long run.") var averageDecay = 0.9999
  @Option(help: "Steps over which the weight average settles.") var averageRamp = 2000.0
  @Option(help: "Epochs without a better model after which the run ends.") var patience = 100
  @Option(help: "Seed of everything random.") var seed: UInt64 = 0
  @Option(help: "Workers that share each batch, in all processes together.") var workers = 2
  @Option(help: "Threads of each worker.") var threads = 1

  func validate() throws {
    guard (0...0.5).contains(multiScale) else {
      throw ValidationError("--multi-scale is a fraction from 0 to 0.5, not \(multiScale)")
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

/// How pictures are varied.
struct AugmentationArguments: ParsableArguments {
  @Option(help: "Probability of mosaic.") var mosaic: Float = 1
  @Option(help: "Probability of mixup.") var mixup: Float = 0.15
  @Option(help: "Share of the objects of a mosaic pasted once more, mirrored, where outlines are known.")
  var copyPaste: Float = 0.3
  @Option(help: "Largest relative change of size.") var scale: Float = 0.9
  @Option(help: "Largest shift, as a fraction of the side.") var translate: Float = 0.1
  @Option(help: "Last epochs without mosaic.") var closeMosaic = 15

  func write(to augmentation: inout Augmentation) {
    augmentation.mosaic = mosaic
    augmentation.mixup = mixup
    augmentation.copyPaste = copyPaste
    augmentation.scale = scale
    augmentation.translate = translate
  }
}

/// Parameters and work of a network, as it runs and as it is trained.
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
