import Evaluation
package import Foundation

/// The tables of a run: `log.csv` with a line per iteration, `results.csv` with a line per epoch, and `results.svg`,
/// a plot of the latter.
package final class RunLog {
  private let iterations: FileHandle
  private let epochs: FileHandle
  private let classNames: [String]
  private let folder: URL

  /// Opens the tables in `folder`; appends to existing ones if `isContinued`.
  package init(folder: URL, classNames: [String], isContinued: Bool) throws(TrainingError) {
    self.classNames = classNames
    self.folder = folder
    func table(_ name: String, _ heading: String) throws -> FileHandle {
      let file = folder.appending(path: name)
      if !isContinued || !FileManager.default.fileExists(atPath: file.path) {
        try Data((heading + "\n").utf8).write(to: file)
      } else {
        let text = try String(contentsOf: file, encoding: .utf8)
        try Data(Self.table(text, under: heading).utf8).write(to: file, options: .atomic)
      }
      let handle = try FileHandle(forWritingTo: file)
      try handle.seekToEnd()
      return handle
    }
    do {
      iterations = try table("log.csv", "iteration,epoch,box,cls,dfl,norm,images_per_second")
      epochs = try table(
        "results.csv",
        "epoch,iteration,box,cls,dfl,rate,images_per_second,val_box,val_cls,val_dfl,precision,recall,f1,best,map50,map,"
          + classNames.map { "map50 \($0)" }.joined(separator: ","))
    } catch {
      throw TrainingError(.cannotWrite, "the tables of the run could not be created in \(folder.path)", cause: error)
    }
  }

  /// Appends a line for one iteration. On a full disk the line is lost, not the run.
  package func add(_ progress: IterationReport) {
    let terms = progress.terms
    write(
      iterations,
      [
        "\(progress.iteration)", "\(progress.epoch)", "\(terms.box)", "\(terms.classes)", "\(terms.distribution)",
        progress.gradientNorm.map { "\($0)" } ?? "", Self.text(progress.rate, digits: 1),
      ])
  }

  /// Appends a line for one epoch.
  package func add(_ report: EpochReport) {
    let terms = report.terms
    var fields = [
      "\(report.epoch + 1)", "\(report.iteration)", "\(terms.box)", "\(terms.classes)", "\(terms.distribution)",
      Self.text(report.learningRate, digits: 6), Self.text(report.rate, digits: 1),
    ]
    if let measurement = report.measurement {
      let precision = measurement.precision, point = precision.meanOperatingPoint
      let losses = measurement.loss.map { ["\($0.box)", "\($0.classes)", "\($0.distribution)"] }
      fields += losses ?? ["", "", ""]
      fields += [point.precision, point.recall, point.f1].map { Self.text($0, digits: 4) }
      fields.append(report.isBest ? "1" : "0")
      fields.append(Self.text(precision.precision(thresholds: 0..<1), digits: 4))
      fields.append(Self.text(precision.precision(), digits: 4))
      for classID in classNames.indices {
        fields.append(Self.text(precision.precision(ofClass: classID, thresholds: 0..<1), digits: 4))
      }
    } else {
      fields += [String](repeating: "", count: 9 + classNames.count)
    }
    write(epochs, fields)
    // Read back, so that the plot of a resumed run starts at its first epoch.
    guard let table = try? String(contentsOf: folder.appending(path: "results.csv"), encoding: .utf8) else { return }
    try? Data(Self.plot(of: table).utf8).write(to: folder.appending(path: "results.svg"), options: .atomic)
  }

  /// The rows of `text` under `heading`: an earlier version may have written fewer columns.
  private static func table(_ text: String, under heading: String) -> String {
    let rows = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    let wanted = heading.split(separator: ",", omittingEmptySubsequences: false)
    guard let found = rows.first, found != wanted else { return text }
    let places = wanted.map { found.firstIndex(of: $0) }
    let lines = rows.dropFirst().map { row in
      places.map { $0.flatMap { row.indices.contains($0) ? String(row[$0]) : nil } ?? "" }.joined(separator: ",")
    }
    return ([heading] + lines).joined(separator: "\n") + "\n"
  }

  /// Plots losses and accuracy over the epochs of `table`, and marks the epoch of the best model.
  static func plot(of table: String) -> String {
    let rows = table.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false) }
    func line(_ name: String, _ column: String) -> (name: String, points: [(x: Double, y: Double)]) {
      guard let heading = rows.first, let place = heading.firstIndex(where: { $0 == column }) else { return (name, []) }
      return (
        name,
        rows.dropFirst().compactMap { row in
          guard row.indices.contains(place), let epoch = Double(row[0]), let value = Double(row[place]) else {
            return nil
          }
          return (epoch, value)
        }
      )
    }
    let best = line("best", "best").points.last { $0.y == 1 }?.x
    return CurvePlot(
      [
        .init(title: "Loss", lines: [line("box", "box"), line("class", "cls"), line("distribution", "dfl")]),
        .init(
          title: "Validation loss",
          lines: [line("box", "val_box"), line("class", "val_cls"), line("distribution", "val_dfl")], best: best),
        .init(title: "Average precision", lines: [line("AP50", "map50"), line("AP", "map")], best: best),
        .init(
          title: "At the best confidence",
          lines: [line("precision", "precision"), line("recall", "recall"), line("F1", "f1")], best: best),
        .init(title: "Learning rate", lines: [line("weights", "rate")]),
      ], axis: "epoch"
    ).svg
  }

  private func write(_ handle: FileHandle, _ fields: [String]) {
    try? handle.write(contentsOf: Data((fields.joined(separator: ",") + "\n").utf8))
  }

  private static func text(_ value: Double, digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
