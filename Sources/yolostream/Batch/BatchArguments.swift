import ArgumentParser
import Batch
import Capture
import Foundation
import Outputs

/// What 'annotate' and 'merge' have in common: all of their options.
struct BatchArguments: ParsableArguments {
  @Argument(help: "Videos, images, folders, quoted patterns (* ? [a-z] **), lists (.txt with a path a line, .csv).")
  var inputs: [String] = []

  @Option(
    name: [.customLong("source"), .customLong("file"), .customLong("images")],
    help: ArgumentHelp("The same, as an option, as often as wanted.", valueName: "input"))
  var sources: [String] = []

  @Option(
    name: [.short, .customLong("output"), .customLong("out")],
    help: ArgumentHelp("The folder for results; it is made if needed.", valueName: "dir"))
  var output: String

  @Option(
    help: ArgumentHelp(
      "What is written for each input: \(BatchFormat.all.map(\.name).joined(separator: ", ")).", valueName: "list"))
  var formats = "video,detections"

  @OptionGroup var overwriting: OverwriteArguments
  @OptionGroup(title: "Division") var division: DivisionArguments
  @OptionGroup var analysis: AnalysisArguments
  @OptionGroup(title: "Appearance") var appearance: AppearanceArguments
  @OptionGroup(title: "Messages") var messages: MessageArguments

  func validate() throws {
    guard !(division.resume && overwriting.overwrite) else {
      throw ValidationError("expected one of --resume and --overwrite")
    }
    guard division.part == nil || analysis.part.isWhole else {
      throw ValidationError("--part: expected whole inputs, without --start, --duration, --max-frames and --vid-stride")
    }
    let ending = URL(filePath: output).pathExtension.lowercased()
    let isFile = VideoWriter.endings.contains(ending) || SourceAddress.imageExtensions.contains(ending)
    guard !isFile || FileManager.default.fileExists(atPath: output) else {
      throw ValidationError("-o \(output): expected a folder, for many results; got the name of a video or an image")
    }
    _ = try chosenFormats()
  }

  /// Works on the inputs, or on the named part of each.
  ///
  /// - Parameter merges: whether detections come from parts that are there.
  func run(merges: Bool = false) async throws {
    let signals = InterruptSignals()
    let (plan, detector) = try prepared(merges: merges)
    let progress = BatchProgress(isQuiet: messages.quiet)
    let batch = BatchRun(plan, detector: detector) { progress.report($0, "\($1)/\(plan.inputs.count)") }
    signals.onInterrupt { batch.stop() }
    progress.follow(batch)
    let outcome = await Self.outcome(of: batch)
    progress.end()
    let report = batch.report
    if !messages.quiet {
      print(BatchSummary.text(report, plan: plan, elapsed: progress.elapsed), to: &StandardError.shared)
    }
    try outcome.get()
    if signals.wasInterrupted { throw ExitCode(130) }
    try check(report)
  }

  private static func outcome(of batch: BatchRun) async -> Result<Void, any Error> {
    do { return .success(try await batch.run()) } catch { return .failure(error) }
  }

  /// Ends with the code of what went wrong, if something did. It was reported when it happened.
  private func check(_ report: BatchReport) throws {
    if let first = report.failures.first, report.failures.count == report.total {
      throw ExitCode(Failure.status(of: first.error))
    }
    let isDamaged = !report.damaged.isEmpty
    if division.strict, isDamaged || report.failures.contains(where: { ($0.error as? BatchError)?.code == .damaged }) {
      throw ExitCode(65)
    }
    if isDamaged || !report.failures.isEmpty { throw ExitCode(75) }
  }
}
