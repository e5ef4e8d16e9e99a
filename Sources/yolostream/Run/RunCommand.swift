import ArgumentParser
import Capture
import GELAN
import Inference
import Outputs
import Pipeline
import Scene
import Streaming

/// `yolostream [run] IN`: one source to annotated video and logs.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Detect and follow objects in a video, images or a stream.",
    discussion: """
      Examples:
        yolostream street.mp4 -o annotated.mp4 --events events.jsonl
        yolostream --rtsp rtsp://camera/stream --detections - --model yolov9-t
        yolostream bus.jpg -o found.jpg --model yolov9-c.pt --conf 0.4
        yolostream images/ -o annotated/ --coco found.json --classes person,car
        yolostream street.mp4 --zone 'yard:0,0.5;1,0.5;1,1' --events events.jsonl
        yolostream street.mp4 --start 1m --duration 10s --mot tracks.txt
        yolostream 0 --video-size 1280x720 --events events.jsonl
        yolostream --rtsp rtsp://camera/stream --view     # in this terminal
        yolostream morning.mp4 evening.mp4 -o results/     # see 'help annotate'
        yolostream --rtsp rtsp://camera/stream -o rtsp://server:8554/annotated
        yolostream --weights yolov9-t.pt --source street.mp4 --save-txt

      A live source that fails is opened again until it is back (--retries, --backoff); each outage is reported. So is \
      that of a receiver of the annotated stream (-o rtsp://…): detection never waits for it. 0 is the first camera of this \
      machine, 1 the second. Output files that exist are kept: give another name, or --overwrite. Without any output, \
      detections go to standard output, one JSON line a frame.

      Exit codes: 0 done, 64 usage, 65 bad media, 66 input missing, 69 source unreachable, 70 internal, 71 no threads, \
      73 cannot create, 74 cannot read or write, 75 done, but the input was damaged, 77 access refused, 78 bad weights, \
      130 interrupted (files are complete), 141 nobody reads standard output any more.
      """)

  @OptionGroup(title: "Input") var input: InputArguments
  @OptionGroup(title: "Live sources") var recovery: RecoveryArguments
  @OptionGroup(title: "Camera") var camera: CameraArguments
  @OptionGroup var analysis: AnalysisArguments
  @OptionGroup(title: "Output") var output: OutputArguments

  @OptionGroup(title: "Messages") var messages: MessageArguments

  @Option(
    help: ArgumentHelp("How often progress is reported when standard error is no terminal.", valueName: "time"),
    transform: Seconds.read)
  var stats = Seconds(5)

  private var quiet: Bool { messages.quiet }
  private var part: PartArguments { analysis.part }

  func run() async throws {
    let signals = InterruptSignals()
    try await run(prepared(), signals: signals)
  }

  /// Loads the model, opens the source and makes the run.
  ///
  /// Not to be inlined: within an asynchronous function Swift 6.3.1 crashes over what this throws.
  @inline(never)
  private func prepared() throws -> StreamRun {
    messages.begin()
    try AddressSpace.check()
    let words = analysis.detection.words(hasInput: input.isNamed)
    let address = try input.address(leftOver: words.input)
    var sourceOptions = input.options(
      isForDrawing: try output.isForDrawing || analysis.rules.paints())
    sourceOptions.camera = camera.request
    let model = try analysis.model.load()
    let detector = try analysis.detector(for: model, classes: words.classes)
    let watch = SourceWatch()
    part.apply(to: &sourceOptions, wantsTracks: output.wantsTracks)
    let source = try open(address, options: sourceOptions, watch: watch)
    messages.detail(source.description.facts)
    messages.detail("\(model.spec.name): \(detector.facts), \(analysis.detection.threads.counted("thread"))")
    if !quiet, let cost = analysis.detection.cost { StandardError.say(cost) }
    var options = StreamOptions()
    options.watch = watch
    options.push.timeout = input.timeout.value
    options.pushPolicy = recovery.policy
    if !quiet { options.observePush = { OutageLines.observer(of: $0.description, retries: recovery.retries.count) } }
    options.recorded =
      part.startTime?.milliseconds
      ?? FootageTime.milliseconds(ofFile: address.lastPart, stated: source.description.creationTime)
    try analysis.apply(to: &options, for: detector, wantsTracks: output.wantsTracks)
    try output.apply(to: &options, for: source.description)
    return StreamRun(source: source, detector: detector, options: options)
  }

  /// Opens the source; a live one as often as it takes.
  private func open(
    _ address: SourceAddress, options: SourceOptions, watch: SourceWatch
  ) throws(CaptureError) -> any FrameSource {
    guard address.isLive else {
      let source = try address.open(options)
      return output.hasReceiver ? RealTimeSource(source, isLive: false) : source
    }
    let lines = quiet ? nil : OutageLines(address: address.description, retries: recovery.retries.count)
    let spoken = SourceWatch()
    spoken.listen { change in lines?.report(change) }
    let source = RecoveringSource(
      address: address, options: options, policy: recovery.policy,
      observe: { state in
        watch.see(state)
        spoken.see(state)
      })
    try source.connect()
    return source
  }

  private func run(_ run: StreamRun, signals: InterruptSignals) async throws {
    signals.onInterrupt { run.stop() }
    let start = ContinuousClock.now
    let progress =
      quiet || stats.value <= 0
      ? nil
      : ProgressReport(
        of: run, every: stats.value, goal: goal(for: run.report.source),
        printsData: output.printsData)
    let outcome: Result<Void, PipelineError>
    do throws(PipelineError) { outcome = .success(try await run.run()) } catch { outcome = .failure(error) }
    progress?.end()
    let report = run.report
    for warning in report.warnings { StandardError.say("\(warning)", mark: .yellow) }
    // A failure is reported in one sentence of its own.
    if !quiet, case .success = outcome {
      print(Summary.text(report, elapsed: (ContinuousClock.now - start).seconds), to: &StandardError.shared)
    }
    try outcome.get()
    if signals.wasInterrupted { throw ExitCode(130) }
    try checkDamage(report)
    // Detection succeeded, but the caller has to know.
    if report.frames.count > 0, let push = report.pushes.first(where: { $0.sent == 0 }) {
      let reason = push.lastFailure ?? "cannot send to \(push.address): no answer before the end"
      throw OutputError(.writeFailed, reason)
    }
  }
}

extension SourceDescription {
  /// What a user wants to know of it, in a line.
  fileprivate var facts: String {
    [
      "\(address): \(codec ?? "video") \(width)x\(height)", nominalRate.map { "\($0.text(2)) frames/s" },
      frameCount.map { $0.counted("frame") },
    ].compactMap { $0 }.joined(separator: ", ")
  }
}

extension Detector {
  /// Size and precision of its network.
  var facts: String { "\(options.height)x\(options.width), \(options.precision.rawValue)" }
}

extension SourceAddress {
  /// The name of the file.
  fileprivate var lastPart: String { String(description.split(separator: "/").last ?? "") }
}

extension RunCommand {
  /// The same words as `annotate` reads them: what many inputs are for.
  func asAnnotate() throws -> AnnotateCommand {
    let words = CommandLine.arguments.dropFirst()
    do { return try AnnotateCommand.parse(Array(words.first == Self._commandName ? words.dropFirst() : words)) } catch {
      throw ValidationError(
        "many inputs are read by 'yolostream annotate IN… -o DIR': \(AnnotateCommand.message(for: error))")
    }
  }

  /// Ends with code 75 where what has an end was not all there: what could be read has been done.
  private func checkDamage(_ report: StreamReport) throws {
    let sentences = report.damage(isWhole: part.isWhole && !input.loop)
    for sentence in sentences { print("yolostream: \(sentence)", to: &StandardError.shared) }
    if !sentences.isEmpty { throw ExitCode(75) }
  }

  /// How many frames of `source` will be delivered.
  private func goal(for source: SourceDescription) -> ProgressGoal {
    let rate = source.nominalRate ?? 25
    // Users may ask for any time and number.
    func frames(in seconds: Double) -> Int { Int(min(max(seconds * rate, 0), 1e15)) }
    var count = input.loop ? nil : source.frameCount.map { max(0, $0 - frames(in: part.start?.value ?? 0)) }
    if let duration = part.duration { count = min(count ?? .max, frames(in: duration.value)) }
    count = count.map { $0 / part.vidStride + ($0 % part.vidStride == 0 ? 0 : 1) }
    if let maxFrames = part.maxFrames { count = min(count ?? .max, maxFrames) }
    return ProgressGoal(frameCount: count)
  }
}
