import ArgumentParser
import Capture
import GELAN
import Inference
import Outputs
import Pipeline
import Streaming

/// `yolostream [run] IN`: one source to annotated video and logs.
struct RunCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run", abstract: "Detect objects in a video, pictures or a stream.",
    discussion: """
      Examples:
        yolostream street.mp4 -o annotated.mp4 --model yolov9-c.pt
        yolostream --rtsp rtsp://camera/stream --detections - --model gelan-t.safetensors
        yolostream pictures/ --detections found.jsonl --model yolov9-t.pt --classes person,car
      """)

  @Argument(help: "A video, a picture, a folder of pictures, an address, or - for standard input.")
  var input: String?

  @Option(name: [.customLong("rtsp"), .customLong("source"), .customLong("file")], help: "The same, as an option.")
  var source: String?

  @Option(name: [.short, .long], help: "Annotated video to write: .mp4 or .mkv.")
  var output: String?

  @Option(help: "JSON lines to write, one a frame; - is standard output.")
  var detections: String?

  @OptionGroup var model: ModelOptions
  @OptionGroup var detection: DetectionArguments

  @Option(help: "How RTSP carries its packets: auto, tcp or udp.")
  var transport = "auto"

  @Option(help: "Seconds of silence after which a source counts as stalled.")
  var timeout = 10.0

  @Option(help: "Stop after this many frames.")
  var maxFrames: Int?

  func run() async throws {
    guard let text = source ?? input else {
      throw ValidationError("no input was named: give a video, a picture, a folder or an address")
    }
    guard let transport = SourceOptions.Transport(rawValue: transport) else {
      throw ValidationError("--transport \(transport): expected auto, tcp or udp")
    }
    do {
      let model = try model.load()
      let detector = try detection.detector(for: model)
      var sourceOptions = SourceOptions()
      sourceOptions.timeout = timeout
      sourceOptions.transport = transport
      sourceOptions.isForDrawing = output != nil
      sourceOptions.keepsAudio = output != nil
      let source = try SourceAddress(parsing: text).open(sourceOptions)
      var options = StreamRun.Options()
      options.videoPath = output
      options.detectionsPath = detections ?? (output == nil ? "-" : nil)
      options.frameLimit = maxFrames
      options.workers = detection.threads
      let run = StreamRun(source: source, detector: detector, options: options)
      let signals = InterruptSignals { run.stop() }
      let start = ContinuousClock.now
      try await run.run()
      let elapsed = ContinuousClock.now - start
      print(summary(run.report, elapsed: elapsed), to: &StandardError.shared)
      if signals.wasInterrupted { throw ExitCode(130) }
    } catch {
      throw Failure.report(error)
    }
  }

  private func summary(_ report: StreamReport, elapsed: Duration) -> String {
    let seconds = max(elapsed.seconds, 1e-9)
    var lines = [
      "\(report.source.address): \(report.frames.count) frames in \(seconds.text(2)) s, "
        + "\((Double(report.frames.count) / seconds).text(1)) frames/s, frame age p50 "
        + "\((report.frames.age.quantile(0.5).seconds * 1e3).text(1)) ms, p99 "
        + "\((report.frames.age.quantile(0.99).seconds * 1e3).text(1)) ms"
    ]
    for stage in report.stages {
      let dropped = stage.lostCount > 0 ? ", dropped \(stage.lostCount)" : ""
      lines.append(
        "  \(stage.name): \((stage.work.mean.seconds * 1e3).text(2)) ms a frame, p99 "
          + "\((stage.work.quantile(0.99).seconds * 1e3).text(2)) ms\(dropped)")
    }
    return lines.joined(separator: "\n")
  }
}
