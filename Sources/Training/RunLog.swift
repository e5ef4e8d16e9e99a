import Evaluation
public import Foundation

/// The tables of a run: `log.csv` with a line per iteration, `results.csv` with a line per epoch, and `results.svg`,
/// a plot of the latter.
public final class RunLog {
  private let iterations: FileHandle
  private let epochs: FileHandle
  private let classNames: [String]
  private let folder: URL

  /// Opens the tables in `folder`; appends to existing ones if `isContinued`.
  public init(folder: URL, classNames: [String], isContinued: Bool) throws(TrainingError) {
    self.classNames = classNames
    self.folder = folder
    func table(_ name: String, _ heading: String) throws -> FileHandle {
      let file = folder.appending(path: name)
      if !isContinued || !FileManager.default.fileExists(atPath: file.path) {
        try Data((heading + "\n").utf8).write(to: file)
      }
      let handle = try FileHandle(forWritingTo: file)
      try handle.seekToEnd()
      return handle
    }
    do {
      iterations = try table("log.csv", "iteration,epoch,box,cls,dfl,norm,images_per_second")
      epochs = try table(
        "results.csv",
        "epoch,iteration,box,cls,dfl,rate,images_per_second,map50,map,"
          + classNames.map { "map50 \($0)" }.joined(separator: ","))
    } catch {
      throw TrainingError(.cannotWrite, "the tables of the run could not be created in \(folder.path)", cause: error)
    }
  }

  /// Appends a line for one iteration. On a full disk the line is lost, not the run.
  public func add(_ progress: IterationReport) {
    let terms = progress.terms
    write(
      iterations,
      [
        "\(progress.iteration)", "\(progress.epoch)", "\(terms.box)", "\(terms.classes)", "\(terms.distribution)",
        progress.gradientNorm.map { "\($0)" } ?? "", Self.text(progress.rate, digits: 1),
      ])
  }

  /// Appends a line for one epoch.
  public func add(_ report: EpochReport) {
    let terms = report.terms
    var fields = [
      "\(report.epoch + 1)", "\(report.iteration)", "\(terms.box)", "\(terms.classes)", "\(terms.distribution)",
      Self.text(report.learningRate, digits: 6), Self.text(report.rate, digits: 1),
    ]
    if let precision = report.precision {
      fields.append(Self.text(precision.precision(thresholds: 0..<1), digits: 4))
      fields.append(Self.text(precision.precision(), digits: 4))
      for classID in classNames.indices {
        fields.append(Self.text(precision.precision(ofClass: classID, thresholds: 0..<1), digits: 4))
      }
    } else {
      fields += [String](repeating: "", count: 2 + classNames.count)
    }
    write(epochs, fields)
    // Read back, so that the plot of a resumed run starts at its first epoch.
    guard let table = try? String(contentsOf: folder.appending(path: "results.csv"), encoding: .utf8) else { return }
    try? Data(Self.plot(of: table).utf8).write(to: folder.appending(path: "results.svg"), options: .atomic)
  }

  /// Plots losses and precisions over the epochs of `table`.
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
    return CurvePlot(
      [
        .init(title: "Loss", lines: [line("box", "box"), line("class", "cls"), line("distribution", "dfl")]),
        .init(title: "Precision", lines: [line("AP50", "map50"), line("AP", "map")]),
        .init(title: "Learning rate", lines: [line("weights", "rate")]),
      ], axis: "epoch"
    ).svg
  }

  private func write(_ handle: FileHandle, _ fields: [String]) {
    try? handle.write(contentsOf: Data((fields.joined(separator: ",") + "\n").utf8))
  }

  private static func text(_ value: Double, digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
