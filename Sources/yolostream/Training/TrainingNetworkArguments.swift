#if Full
import ArgumentParser
import Foundation
import GELAN
import ModelStore
import Training

/// Network options of training.
struct TrainingNetworkArguments: ParsableArguments {
  @Option(
    name: [.customLong("network"), .customLong("model"), .customLong("weights")],
    help: ArgumentHelp(
      """
      What to start from: a model or checkpoint, the name of one that 'model pull' has fetched, or gelan-n, the packaged \
      model. Classes it knows by name keep their weights. Networks without known weights (yolov9-p, gelan-s, …) start \
      from random ones. (default: the packaged model)
      """, valueName: "file|name"))
  var network: String?
  @Option(help: ArgumentHelp("A named network, such as yolov9-c.yaml.", visibility: .hidden)) var cfg: String?
  @Flag(help: "Start from random weights: --network then only names the network.") var fromScratch = false
  @Option(help: "First rows of the network whose weights do not change.") var freeze = 0
  @Option(help: "Auxiliary supervision: off, deep (deep supervision) or on (auxiliary branch, PGI).")
  var aux = NetworkSpec.Auxiliary.branch
  @Option(help: "Levels of the auxiliary branch: taps of the backbone, or dhlc (a second backbone, composed).")
  var auxSource: AuxiliaryForm.Source?
  @Option(help: "Their integration: pfh (none), fpn or pan. (default for both: the network's own branch)")
  var auxPath: AuxiliaryForm.Integration?
  @Option(help: "Auxiliary levels: all (multi-level information) or own.") var levels = NetworkSpec.AuxiliaryLevels.all
  @Option(help: "Assignment of the auxiliary head: own or lead.") var guidance = DetectionLoss.Guidance.own
  @Option(help: "Computational block of every stage: conv, res, dark, depthwise, attention or csp.")
  var block: Aggregation.Kind?
  @Option(help: "Head: that of the network, official or ultralytics.") var head: HeadKind?
  @Option(help: "Blocks in a stage's chain, 1 to 3.") var elanDepth: Int?
  @Option(help: "Bottlenecks in a block, 1 to 3.") var cspDepth: Int?

  enum HeadKind: String, ExpressibleByArgument {
    case official, ultralytics
  }

  /// What a run starts from.
  struct Start {
    /// The network to train.
    let spec: NetworkSpec
    /// Its initial weights; `nil` for random ones.
    let weights: StartingWeights?
    /// How people call it.
    let name: String
  }

  private static let defaultName = "yolov9-n"
  /// The packaged model, and the network it was trained as.
  private static let packagedNames: Set<String> = ["gelan-n", defaultName]

  func validate() throws {
    for (name, depth) in [("--elan-depth", elanDepth), ("--csp-depth", cspDepth)] {
      if let depth, !(1...3).contains(depth) { throw ValidationError("\(name) \(depth): expected 1 to 3") }
    }
    guard aux == .branch || (auxSource == nil && auxPath == nil) else {
      throw ValidationError("--aux-source and --aux-path describe the auxiliary branch, which is --aux on")
    }
    guard levels == .all || (auxSource == nil && auxPath == nil) else {
      throw ValidationError("--levels is for the network's own auxiliary branch: use --aux-path pfh instead")
    }
    guard freeze >= 0 else { throw ValidationError("--freeze \(freeze): expected 0 or more rows") }
  }

  func write(to plan: inout TrainingPlan) {
    plan.auxiliary = aux
    plan.auxiliaryLevels = levels
    plan.guidance = guidance
    plan.frozenRows = freeze
    if auxSource != nil || auxPath != nil {
      plan.auxiliaryForm = AuxiliaryForm(source: auxSource ?? .taps, integration: auxPath ?? .fpn)
    }
  }

  /// What the run starts from. A name means the same weights as in the other commands. Without `needsWeights` a named
  /// network has random ones.
  func start(needsWeights: Bool = true, say: (String) -> Void = { _ in }) throws -> Start {
    let start = try origin(needsWeights: needsWeights, say: say)
    guard freeze < start.spec.layers.count else {
      throw ValidationError("--freeze \(freeze): \(start.spec.name) has \(start.spec.layers.count) rows")
    }
    return start
  }

  private func origin(needsWeights: Bool, say: (String) -> Void) throws -> Start {
    // As in the official script: --cfg names a network, and empty --weights mean random ones.
    let named = cfg.map { URL(filePath: $0).deletingPathExtension().lastPathComponent }
    let wanted = network.flatMap { $0.isEmpty ? nil : $0 } ?? named
    let isRandom = fromScratch || !needsWeights || network == "" || (network == nil && cfg != nil)
    let isVaried = head != nil || block != nil || elanDepth != nil || cspDepth != nil
    if let wanted, FileManager.default.fileExists(atPath: wanted) {
      guard !isVaried else {
        throw ValidationError("--head, --block, --elan-depth and --csp-depth vary a named network, not that of a file")
      }
      let start = try Start(weightsOf: wanted, name: wanted)
      return isRandom ? Start(spec: start.spec, weights: nil, name: start.spec.name) : start
    }
    let name = wanted ?? Self.defaultName
    let spec = NetworkSpec.named(name)
    if !isRandom, !isVaried {
      if Self.packagedNames.contains(name) {
        do throws(ModelError) {
          return try Start(weightsOf: DefaultModel.path(of: nil), name: "the packaged model")
        } catch {
          guard wanted == nil else { throw error }
          say("the packaged model is missing")
        }
      } else if let released = ReleasedModel.named(name) {
        do throws(ModelError) { return try Start(weightsOf: DefaultModel.path(of: name), name: released.name) } catch {
          guard spec != nil else { throw error }
          throw ModelError(error.code, "\(error.message), or start from random weights: --from-scratch")
        }
      }
    }
    guard let spec else {
      throw ValidationError("no network and no file is called \(name)\(NetworkSpec.suggestion(for: name))")
    }
    return Start(spec: varied(spec), weights: nil, name: spec.name)
  }

  private func varied(_ spec: NetworkSpec) -> NetworkSpec {
    var spec = spec
    if let head { spec.headStyle = head == .official ? .official : .ultralytics }
    return spec.replacingBlocks(kind: block, elanDepth: elanDepth, innerDepth: cspDepth)
  }
}

extension TrainingNetworkArguments.Start {
  fileprivate init(weightsOf path: String, name: String) throws(ModelError) {
    let weights = try StartingWeights(path: path)
    self.init(spec: weights.network, weights: weights, name: name)
  }
}
#endif
