import Evaluation
public import Foundation

/// The tables a run leaves behind: `log.csv` with a line an iteration, `results.csv` with a line an epoch.
public final class RunLog {
  private let iterations: FileHandle
  private let epochs: FileHandle
  private let classNames: [String]

  /// Tables in `folder`; they are gone on with when `isContinued` and they are there.
  public init(folder: URL, classNames: [String], isContinued: Bool) throws(TrainingError) {
    self.classNames = classNames
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
      throw TrainingError(.cannotWrite, "the tables of the run could not be begun in \(folder.path)", cause: error)
    }
  }

  /// Adds what one iteration did. A full disk loses the line, not the run.
  public func add(_ progress: IterationReport) {
    let terms = progress.terms
    write(
      iterations,
      [
        "\(progress.iteration)", "\(progress.epoch)", "\(terms.box)", "\(terms.classes)", "\(terms.distribution)",
        progress.gradientNorm.map { "\($0)" } ?? "", Self.text(progress.rate, digits: 1),
      ])
  }

  /// Adds what one epoch did.
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
  }

  private func write(_ handle: FileHandle, _ fields: [String]) {
    try? handle.write(contentsOf: Data((fields.joined(separator: ",") + "\n").utf8))
  }

  private static func text(_ value: Double, digits: Int) -> String { String(format: "%.\(digits)f", value) }
}
