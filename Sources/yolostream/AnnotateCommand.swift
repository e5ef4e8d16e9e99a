import ArgumentParser
import Batch
import Capture
import Checkpoints
import GELAN
import Inference
import Outputs
import Streaming
import Tracking

/// `yolostream annotate IN… -o DIR`: many files, each with results of its own.
struct AnnotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "annotate", abstract: "Annotate many videos and images, in parts that can be resumed.",
    discussion: """
      Examples:
        yolostream annotate videos/ -o results/
        yolostream annotate 'cams/*/2026-*.mp4' -o results/ --formats mot,csv
        yolostream annotate videos/ -o results/ --shard 3/8 --resume
        yolostream annotate list.txt -o results/ --shard auto --resume

      Results are called as their input is: results/clip.mp4, clip.jsonl, clip.mot.txt …; clip.json says what they were made of \
      and what was found, and clip.done, which is written last, has the SHA-256 of each. Folders are read with all folders in \
      them. The model is loaded once. The same inputs and options give the same bytes, however they are divided.

      Exit codes: those of 'run'. 75: all was tried, and some inputs failed (listed in failed.txt) or were damaged (65 with \
      --strict).
      """)

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
  @OptionGroup(title: "Part of the inputs") var part: PartArguments
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Detection") var detection: DetectionArguments
  @OptionGroup(title: "Tracking") var tracking: TrackingArguments
  @OptionGroup(title: "Rules") var rules: RulesArguments
  @OptionGroup(title: "Appearance") var appearance: AppearanceArguments
  @OptionGroup(title: "Messages") var messages: MessageArguments

  func validate() throws {
    guard !(division.resume && overwriting.overwrite) else {
      throw ValidationError("expected one of --resume and --overwrite")
    }
    _ = try chosenFormats()
  }

  func run() async throws {
    let signals = InterruptSignals()
    let (plan, detector) = try prepared()
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

  /// Not to be inlined: within an asynchronous function Swift 6.3.1 crashes over what this throws.
  @inline(never)
  private func prepared() throws -> (BatchPlan, Detector) {
    messages.begin()
    let words = detection.words(hasInput: !(inputs + sources).isEmpty)
    let named = inputs + sources + (words.input.map { [$0] } ?? [])
    guard !named.isEmpty else { throw ValidationError("no input was named: give videos, folders or a list") }
    let folder = output.count > 1 && output.hasSuffix("/") ? String(output.dropLast()) : output
    let share = try division.share()
    let inputs = try InputList(named, outputFolder: folder).inputs
    let path = try DefaultModel.path(of: model.model)
    let model = try InferenceModel(path: path)
    let file = BatchSettings.Model(name: model.spec.name, sha256: try FileHash.sha256(path))
    let tracker = tracking.configuration(confidence: detection.confidence)
    var detection = detection
    let formats = try chosenFormats()
    let wantsTracks = formats.contains { ["mot", "events"].contains($0.name) }
    var detector = try detection.detector(for: model, classes: words.classes, floor: tracker?.lowScore)
    var settings = settings(of: detector, file, classes: words.classes, imagesAreSequence: wantsTracks)
    let kept = try settings.claim(folder, replaces: overwriting.overwrite)
    // What was measured first, by whichever process, is right for all: results have one precision.
    if detection.precision == .automatic, kept.precision != settings.precision,
      let precision = PrecisionOption(argument: kept.precision)
    {
      detection.precision = precision
      detector = try detection.detector(for: model, classes: words.classes, floor: tracker?.lowScore)
      settings.precision = kept.precision
    }
    var plan = BatchPlan(
      inputs: inputs.filter { share?.contains($0.path) ?? true }, folder: folder, formats: formats,
      settings: settings)
    plan.source.keepsAudio = formats.contains { $0.name == "video" }
    plan.source.isForDrawing = plan.source.keepsAudio
    part.apply(to: &plan.source, wantsTracks: wantsTracks)
    part.apply(to: &plan.stream)
    plan.recorded = part.startTime?.milliseconds
    plan.stream.workers = max(1, detection.threads / division.jobs)
    plan.stream.tracker = tracker
    plan.stream.tracksStills = wantsTracks
    plan.stream.shown = detection.shown(of: detector)
    plan.stream.rules = rules.configuration
    plan.stream.style.marks = plan.stream.rules.marks
    try appearance.apply(to: &plan.stream)
    (plan.jobs, plan.resumes, plan.overwrites, plan.isStrict) = (
      division.jobs, division.resume, overwriting.overwrite, division.strict
    )
    plan.shard = share
    messages.detail(
      "\(count(inputs.count, "input")), \(plan.inputs.count) of them here; \(model.spec.name), \(detector.facts)")
    if !messages.quiet, let cost = detection.cost { StandardError.say(cost) }
    return (plan, detector)
  }

  private func chosenFormats() throws -> [BatchFormat] {
    let names = formats.split(separator: ",").map(String.init)
    guard !names.isEmpty else { throw ValidationError("--formats: expected one or more, such as video,mot") }
    let wanted = Set(
      try names.map { name in
        guard let format = BatchFormat.all.first(where: { $0.name == name }) else {
          let known = BatchFormat.all.map(\.name)
          let suggestion = Suggestion(for: name, among: known).text
          throw ValidationError(
            "--formats \(name): "
              + (suggestion.isEmpty
                ? "expected some of \(known.joined(separator: ", "))" : "there is none\(suggestion)"))
        }
        return format.name
      })
    return BatchFormat.all.filter { wanted.contains($0.name) }
  }
}
