package import Evaluation
package import Foundation

/// The result of one iteration.
package struct IterationReport: Sendable {
  /// Iterations since the start of the run.
  package var iteration: Int
  /// Epoch of the iteration, from 0.
  package var epoch: Int
  /// Iterations of the whole run.
  package var iterations: Int
  /// Loss terms.
  package var terms: DetectionLoss.Terms
  /// Norm of the gradient before clipping, if this iteration ended with an optimiser step.
  package var gradientNorm: Double?
  /// Images per second over the last iterations.
  package var rate: Double
}

/// The result of one epoch.
package struct EpochReport: Sendable {
  /// The epoch, from 0.
  package var epoch: Int
  /// Iterations since the start of the run.
  package var iteration: Int
  /// Mean loss terms over its iterations (since the run was resumed).
  package var terms: DetectionLoss.Terms
  /// Learning rate of the weights at its end.
  package var learningRate: Double
  /// Images per second over the last iterations.
  package var rate = 0.0
  /// Validation results, if the epoch was validated.
  package var measurement: Validation.Measurement?
  /// Average precision, if the epoch was validated.
  package var precision: AveragePrecision? { measurement?.precision }
  /// Validation images that were skipped.
  package var problems: [GroundTruth.Problem] { measurement?.problems ?? [] }
  /// Whether this is the best epoch so far and its model was written.
  package var isBest = false
  /// Why a checkpoint or model could not be written; the previous one is intact.
  package var failure: TrainingError?
}

/// The files of a run, in one folder.
package struct RunFiles: Sendable {
  /// The folder.
  package let folder: URL

  /// Files in `folder`, which must exist.
  package init(folder: URL) { self.folder = folder }

  /// Everything needed to resume.
  package var checkpoint: URL { folder.appending(path: "last.safetensors") }
  /// The averaged network after the last epoch, ready to run.
  package var model: URL { folder.appending(path: "model.safetensors") }
  /// The averaged network after the best epoch, ready to run.
  package var bestModel: URL { folder.appending(path: "best.safetensors") }
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
