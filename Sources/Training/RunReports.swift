public import Evaluation
public import Foundation

/// The result of one iteration.
public struct IterationReport: Sendable {
  /// Iterations since the start of the run.
  public var iteration: Int
  /// Epoch of the iteration, from 0.
  public var epoch: Int
  /// Iterations of the whole run.
  public var iterations: Int
  /// Loss terms.
  public var terms: DetectionLoss.Terms
  /// Norm of the gradient before clipping, if this iteration ended with an optimiser step.
  public var gradientNorm: Double?
  /// Images per second over the last iterations.
  public var rate: Double
}

/// The result of one epoch.
public struct EpochReport: Sendable {
  /// The epoch, from 0.
  public var epoch: Int
  /// Iterations since the start of the run.
  public var iteration: Int
  /// Mean loss terms over its iterations (since the run was resumed).
  public var terms: DetectionLoss.Terms
  /// Learning rate of the weights at its end.
  public var learningRate: Double
  /// Images per second over the last iterations.
  public var rate = 0.0
  /// Validation results, if the epoch was validated.
  public var measurement: Validation.Measurement?
  /// Average precision, if the epoch was validated.
  public var precision: AveragePrecision? { measurement?.precision }
  /// Validation images that were skipped.
  public var problems: [GroundTruth.Problem] { measurement?.problems ?? [] }
  /// Whether this is the best epoch so far and its model was written.
  public var isBest = false
  /// Why a checkpoint or model could not be written; the previous one is intact.
  public var failure: TrainingError?
}

/// The files of a run, in one folder.
public struct RunFiles: Sendable {
  /// The folder.
  public let folder: URL

  /// Files in `folder`, which must exist.
  public init(folder: URL) { self.folder = folder }

  /// Everything needed to resume.
  public var checkpoint: URL { folder.appending(path: "last.safetensors") }
  /// The averaged network after the last epoch, ready to run.
  public var model: URL { folder.appending(path: "model.safetensors") }
  /// The averaged network after the best epoch, ready to run.
  public var bestModel: URL { folder.appending(path: "best.safetensors") }
}

/// Throughput over the last iterations.
struct RunClock {
  private let batch: Int
  private var began = ContinuousClock.now
  private var seconds = 0.0

  init(batch: Int) { self.batch = batch }

  mutating func start() { began = .now }

  mutating func stop() {
    let elapsed = (ContinuousClock.now - began) / .seconds(1)
    seconds = seconds == 0 ? elapsed : seconds * 0.95 + elapsed * 0.05
  }

  /// Images per second.
  var rate: Double { seconds > 0 ? Double(batch) / seconds : 0 }
}

extension DetectionLoss.Terms {
  /// Mean over iterations.
  struct Mean {
    private var sum = DetectionLoss.Terms()
    private var count: Float = 0

    mutating func add(_ terms: DetectionLoss.Terms) {
      sum.box += terms.box
      sum.classes += terms.classes
      sum.distribution += terms.distribution
      count += 1
    }

    var value: DetectionLoss.Terms {
      var mean = DetectionLoss.Terms()
      guard count > 0 else { return mean }
      mean.box = sum.box / count
      mean.classes = sum.classes / count
      mean.distribution = sum.distribution / count
      return mean
    }
  }
}
