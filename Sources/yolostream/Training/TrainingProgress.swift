#if Full
import Evaluation
import Foundation
import Training

/// What a run of training prints: a line for each epoch, and its progress, on a terminal in a line that is updated in
/// place.
final class TrainingProgress: Sendable {
  /// Iterations between lines without a terminal.
  private static let interval = 20

  private let line: TerminalLine?
  private let isPrinting: Bool
  private let batch: Int
  private let epochs: Int
  private let pace = DisplayPace()

  /// The output of a run of `plan`; silent unless `isPrinting`.
  init(_ plan: TrainingPlan, isPrinting: Bool) {
    self.isPrinting = isPrinting
    batch = plan.batch
    epochs = plan.epochs
    line = isPrinting && TerminalLine.isPossible(printsData: false) ? TerminalLine() : nil
  }

  /// Prints a line that stays.
  func say(_ text: String) {
    guard isPrinting else { return }
    line?.show([])
    print(text)
    fflush(nil)
  }

  /// Shows the state after an iteration.
  func show(_ progress: IterationReport) {
    let rate = max(progress.rate, 0.1)
    let left = Double((progress.iterations - progress.iteration) * batch) / rate
    if let line {
      guard pace.isDue else { return }
      let batches = max(progress.iterations / max(epochs, 1), 1)
      let done = progress.iteration - progress.epoch * batches
      // Eighty columns, and a terminal that is narrower cuts the end. Losses are of more use than a bar.
      line.show([
        "epoch \(progress.epoch + 1)/\(epochs) \(done)/\(batches), \(clock(left)) left  \(progress.terms.text)  "
          + "\(rate.text(1)) images/s"
      ])
    } else if progress.iteration % Self.interval == 0 {
      say(
        "epoch \(progress.epoch + 1) iteration \(progress.iteration)/\(progress.iterations) \(progress.terms.text) "
          + "\(rate.text(1)) images/s, \(Int(left)) s left")
    }
  }

  /// Shows how many images of the validation are done.
  func show(validated done: Int, of total: Int) {
    guard let line, pace.isDue || done == total else { return }
    line.show(["validating \(bar(Double(done) / Double(max(total, 1)))) \(done)/\(total) images"])
  }

  /// Shows the result of an epoch.
  func show(_ report: EpochReport) {
    var text = "epoch \(report.epoch + 1) done: \(report.terms.text)"
    if let measurement = report.measurement {
      let precision = measurement.precision, point = precision.meanOperatingPoint
      text += ", AP50 \(precision.precision(thresholds: 0..<1).text(4)) AP \(precision.precision().text(4))"
      if report.isBest { text += " (best)" }
      text += ", precision \(point.precision.text(3)) recall \(point.recall.text(3)) F1 \(point.f1.text(3))"
      if let loss = measurement.loss { text += ", validation \(loss.text)" }
    }
    for line in report.problems.report { text += "\nvalidation data: \(line)" }
    if let failure = report.failure { text += "\nnot saved: \(failure)" }
    say(text)
  }

  /// Clears the line of progress for good.
  func close() { line?.close() }
}

extension DetectionLoss.Terms {
  /// `box 1.234 cls 0.812 dfl 1.101`.
  fileprivate var text: String {
    "box \(Double(box).text(3)) cls \(Double(classes).text(3)) dfl \(Double(distribution).text(3))"
  }
}
#endif
