public import Capture
public import Inference
import Outputs
public import Pipeline
import RingBuffer
import Scene
import Tracking

/// One source on its way through the house: capture → detect (letterbox, network, suppression; one frame a worker) →
/// track (who is who) → deliver (overlay, video, logs).
public final class StreamRun: Sendable {
  private let source: any FrameSource
  private let pipeline: PipelineRun
  private let recorder = FrameRecorder()

  /// A run of `source` through `detector`.
  public init(source: any FrameSource, detector: Detector, options: StreamOptions) {
    self.source = source
    let workers = max(1, options.workers)
    let isLive = source.description.kind == .live
    // A lane holds one frame beside the one being worked on: enough to keep a worker busy, too few to age.
    let dealt = Channel<CapturedFrame>(capacity: 1, lanes: workers)
    // Lanes cannot lose a frame and keep the order, so a live source's newest frame waits in front of them.
    let newest = Channel<CapturedFrame>(capacity: 1, policy: .keepNewest)
    let detected = Channel<DetectedFrame>(capacity: 2, lanes: workers)
    let tracked = Channel<TrackedFrame>(capacity: 2)
    var stages = [Self.captureStage(source, into: isLive ? newest : dealt, options: options)]
    if isLive { stages.append(Self.dealStage(from: newest, into: dealt)) }
    stages += Self.detectStages(detector, from: dealt, into: detected)
    stages.append(Self.trackStage(source, from: detected, into: tracked, options: options))
    stages.append(Self.deliveryStage(source, detector, options, from: tracked, recorder: recorder))
    pipeline = PipelineRun(stages: stages)
  }

  /// Runs to the end of the source. Throws the first failure; what was written until then is kept.
  public func run() async throws(PipelineError) { try await pipeline.run() }

  /// Ends the source; frames under way are finished and files are closed.
  public func stop() { pipeline.stop() }

  /// How far it is.
  public var report: StreamReport {
    StreamReport(
      source: source.description, losses: source.losses, frames: recorder.snapshot, stages: pipeline.metrics,
      pushes: recorder.pushes, warnings: recorder.warnings)
  }

  private static func captureStage(
    _ source: any FrameSource, into output: Channel<CapturedFrame>, options: StreamOptions
  ) -> Stage {
    Stage("capture", into: [output], interrupt: { source.interrupt() }) { scope in
      var count = 0
      var end = Double.infinity
      do throws(CaptureError) {
        while count < options.frameLimit ?? .max {
          switch try source.next() {
          case .endOfStream: return
          case .frame(let frame):
            if end == .infinity, let duration = options.duration { end = frame.stamp.seconds + duration }
            if frame.stamp.seconds >= end { return }
            if frame.stamp.index % options.stride != 0 { continue }
            if scope.send(frame, to: output) == .closed { return }
          }
          count += 1
        }
      } catch {
        // Only `stop` and a cancelled run interrupt a source: that is its end, not a failure.
        if error.code != .interrupted { throw error }
      }
    }
  }

  private static func dealStage(from input: Channel<CapturedFrame>, into output: Channel<CapturedFrame>) -> Stage {
    Stage("deal", from: [input], into: [output]) { scope in scope.transform(from: input, into: output) { $0 } }
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

  private static func trackStage(
    _ source: any FrameSource, from input: Channel<DetectedFrame>, into output: Channel<TrackedFrame>,
    options: StreamOptions
  ) -> Stage {
    Stage("track", from: [input], into: [output]) { scope in
      // Stills have nothing to do with each other.
      let description = source.description
      let tracker = description.kind == .stills ? nil : options.tracker
      let step = description.nominalRate.map { Double(options.stride) / $0 } ?? 0
      var identities = IdentityAssignment(tracker: tracker?.forFrames(apart: step), shown: options.shown)
      scope.transform(from: input, into: output) { frame in identities.track(frame) }
    }
  }

  private static func deliveryStage(
    _ source: any FrameSource, _ detector: Detector, _ options: StreamOptions, from input: Channel<TrackedFrame>,
    recorder: FrameRecorder
  ) -> Stage {
    Stage("deliver", from: [input]) { scope in
      var delivery = try Delivery(
        source: source, classes: detector.classes, options: options, recorder: recorder)
      do {
        try scope.consume(from: input) { frame in
          let stamp = frame.captured.stamp
          try delivery.deliver(frame)
          recorder.record(age: MonotonicTime.nanoseconds &- stamp.arrival, seconds: stamp.seconds)
        }
      } catch {
        // The files that still work are finished all the same.
        try? delivery.finish()
        throw error
      }
      try delivery.finish()
    }
  }
}
