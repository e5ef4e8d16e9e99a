public import Capture
public import Inference
public import Outputs
public import Pipeline
import RingBuffer
import Scene

/// One source on its way through the house: capture → detect (letterbox, network, suppression; one frame a worker) →
/// deliver (overlay, video, log).
public final class StreamRun: Sendable {
  /// What is to be made of the source.
  public struct Options: Sendable {
    /// Workers that each run the network on a frame of their own.
    public var workers = 2
    /// Annotated video to write.
    public var videoPath: String?
    /// How to write it.
    public var video = VideoWriter.Settings()
    /// JSON lines to write, one a frame; `-` is standard output.
    public var detectionsPath: String?
    /// Frames after which to stop.
    public var frameLimit: Int?

    /// Nothing is written.
    public init() {}
  }

  private let source: any FrameSource
  private let detector: Detector
  private let options: Options
  private let pipeline: PipelineRun
  private let recorder: FrameRecorder

  /// A run of `source` through `detector`.
  public init(source: any FrameSource, detector: Detector, options: Options) {
    self.source = source
    self.detector = detector
    self.options = options
    recorder = FrameRecorder()
    let workers = max(1, options.workers)
    let isLive = source.description.kind == .live
    // A lane holds one frame beside the one being worked on: enough to keep a worker busy, too few to age.
    let captured = Channel<CapturedFrame>(
      capacity: 1, policy: isLive && workers == 1 ? .keepNewest : .wait, lanes: workers)
    let detected = Channel<DetectedFrame>(capacity: 2, lanes: workers)
    let stages =
      [Self.captureStage(source, into: captured, limit: options.frameLimit)]
      + Self.detectStages(detector, from: captured, into: detected)
      + [Self.deliveryStage(source, detector, options, from: detected, recorder: recorder)]
    pipeline = PipelineRun(stages: stages)
  }

  /// Runs to the end of the source. Throws the first failure; what was written until then is kept.
  public func run() async throws(PipelineError) { try await pipeline.run() }

  /// Ends the source; frames under way are finished and files are closed.
  public func stop() { pipeline.stop() }

  /// How far it is.
  public var report: StreamReport {
    StreamReport(
      source: source.description, losses: source.losses, frames: recorder.snapshot, stages: pipeline.metrics)
  }

  private static func captureStage(
    _ source: any FrameSource, into output: Channel<CapturedFrame>, limit: Int?
  ) -> Stage {
    Stage("capture", into: [output], interrupt: { source.interrupt() }) { scope in
      var count = 0
      while count < limit ?? .max {
        switch try source.next() {
        case .endOfStream: return
        case .frame(let frame): if scope.send(frame, to: output) == .closed { return }
        }
        count += 1
      }
    }
  }

  private static func detectStages(
    _ detector: Detector, from input: Channel<CapturedFrame>, into output: Channel<DetectedFrame>
  ) -> [Stage] {
    Stage.workers("detect", from: input, into: output) { scope, input, output in
      let worker = DetectionWorker(detector)
      try scope.transform(from: input, into: output) { frame in
        let detections = try worker.detect(frame.pixels)
        return DetectedFrame(captured: frame, detections: detections)
      }
    }
  }

  private static func deliveryStage(
    _ source: any FrameSource, _ detector: Detector, _ options: Options, from input: Channel<DetectedFrame>,
    recorder: FrameRecorder
  ) -> Stage {
    Stage("deliver", from: [input]) { scope in
      var delivery = try Delivery(source: source, classes: detector.classes, options: options)
      try scope.consume(from: input) { frame in
        let stamp = frame.captured.stamp
        try delivery.deliver(frame)
        recorder.record(age: MonotonicTime.nanoseconds &- stamp.arrival, seconds: stamp.seconds)
      }
      try delivery.finish()
    }
  }
}
