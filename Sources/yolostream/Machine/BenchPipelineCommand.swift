import ArgumentParser
import Capture
import Foundation
import GELAN
import Inference
import Outputs
import Pipeline
import Scene
import Streaming
import Tracking

/// `yolostream bench pipeline`: frames per second of the whole pipeline.
struct BenchPipelineCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pipeline", abstract: "Time the whole pipeline on a video, without and with annotated video.",
    discussion: """
      Detects and tracks every frame, as 'run' does; times include compiling the network. The first pass writes detections \
      to a file that is removed, the second an annotated video as well.

      Example:
        yolostream bench pipeline street.mp4 --model yolov9-t --max-frames 300
      """)

  @Argument(help: "A video.") var video: String
  @OptionGroup(title: "Model") var model: ModelOptions
  @OptionGroup(title: "Detection") var detection: DetectionArguments
  @OptionGroup(title: "Tracking") var tracking: TrackingArguments
  @Option(help: "Stop after this many frames.") var maxFrames: Int?
  @Flag(help: "One JSON object in place of text.") var json = false

  func validate() throws {
    guard maxFrames ?? 1 >= 1 else { throw ValidationError("--max-frames \(maxFrames ?? 0): expected 1 or more") }
  }

  struct Pass: Encodable {
    let writesVideo: Bool
    let frames: Int
    let seconds: Double
    let framesPerSecond: Double
    let p50AgeMs: Double
    let p99AgeMs: Double
    /// Peak of the whole program so far.
    let peakMegabytes: Double
  }

  func run() async throws {
    let model = try model.load()
    let folder = FileManager.default.temporaryDirectory.appending(path: "yolostream-bench-\(getpid())")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    var passes: [Pass] = []
    for writesVideo in [false, true] {
      let start = ContinuousClock.now
      let report = try await pass(model, writesVideo: writesVideo, folder: folder)
      let seconds = (ContinuousClock.now - start).seconds
      passes.append(
        Pass(
          writesVideo: writesVideo, frames: report.frames.count, seconds: seconds,
          framesPerSecond: Double(report.frames.count) / seconds,
          p50AgeMs: report.frames.age.quantile(0.5).seconds * 1e3,
          p99AgeMs: report.frames.age.quantile(0.99).seconds * 1e3, peakMegabytes: Self.peakMegabytes))
    }
    if json { return try StandardOutput.write(try passes.jsonText(keys: .convertToSnakeCase) + "\n") }
    for pass in passes {
      print(
        "\(pass.writesVideo ? "video written" : "no video     "): \(pass.frames.counted("frame")) in \(pass.seconds.text(2)) s, "
          + "\(pass.framesPerSecond.text(1)) frames/s, p99 age \(pass.p99AgeMs.text(0)) ms, "
          + "peak memory \(pass.peakMegabytes.text(0)) MB")
    }
  }

  private func pass(_ model: InferenceModel, writesVideo: Bool, folder: URL) async throws -> StreamReport {
    let tracker = tracking.configuration(confidence: detection.confidence)
    let detector = try detection.detector(for: model, classes: detection.classes, floor: tracker?.lowScore)
    var sourceOptions = SourceOptions()
    sourceOptions.isForDrawing = writesVideo
    let source = try SourceAddress(parsing: video).open(sourceOptions)
    var options = StreamOptions()
    options.workers = detection.threads
    options.tracker = tracker
    options.shown = detection.shown(of: detector)
    options.frameLimit = maxFrames
    options.add("detections", to: folder.appending(path: "detections.jsonl").path)
    if writesVideo { options.annotated = [.video(path: folder.appending(path: "annotated.mp4").path)] }
    let run = StreamRun(source: source, detector: detector, options: options)
    try await run.run()
    return run.report
  }

  /// Peak resident memory of the program.
  private static var peakMegabytes: Double {
    var usage = rusage()
    guard unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage) == 0 else { return 0 }
    return Double(usage.ru_maxrss) / 1024
  }
}
