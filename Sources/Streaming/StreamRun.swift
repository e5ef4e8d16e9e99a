package import Capture
package import Inference
import Outputs
package import Pipeline
import RingBuffer
package import Scene
import Synchronization
import Tracking

/// A run of one source: capture → detect (letterbox, network, NMS; one frame per worker) → analyse (tracking, rules)
/// → sinks (overlay, video, logs; a thread each).
package final class StreamRun: Sendable {
  private let source: any FrameSource
  private let pipeline: PipelineRun
  private let newest: Channel<GatedFrame>
  private let sinks: RunSinks
  private let recorder = FrameRecorder()

  /// A run of `source` through `detector`.
  package init(source: any FrameSource, detector: Detector, options: StreamOptions) {
    self.source = source
    let workers = max(1, options.workers)
    let isLive = source.description.kind == .live
    // A lane holds one frame besides the one being processed: enough to keep a worker busy without adding latency.
    let dealt = Channel<GatedFrame>(capacity: 1, lanes: workers)
    // Lanes cannot drop a frame and keep the order, so the newest frame of a live source waits in front of them.
    newest = Channel<GatedFrame>(capacity: 1, policy: .keepNewest)
    let detected = Channel<DetectedFrame>(capacity: 2, lanes: workers)
    sinks = RunSinks(options, source: source, classes: detector.classes) { [recorder] in recorder.warn($0) }
    var stages = [Self.captureStage(source, into: isLive ? newest : dealt, options: options)]
    if isLive { stages.append(Self.dealStage(from: newest, into: dealt)) }
    stages += Self.detectStages(detector, from: dealt, into: detected)
    stages.append(Self.analysisStage(source, detector, options, from: detected, into: sinks, recorder: recorder))
    stages += sinks.group.stages
    pipeline = PipelineRun(stages: stages)
  }

  /// Runs to the end of the source. Throws the first failure; what was written before is kept.
  package func run() async throws(PipelineError) { try await pipeline.run() }

  /// Ends the source; queued frames are processed and files are closed. A pipe without a reader loses them.
  package func stop() {
    pipeline.stop()
    sinks.group.hurry()
  }

  /// Progress and results so far.
  package var report: StreamReport {
    StreamReport(
      source: source.description, losses: source.losses, frames: recorder.snapshot, stages: pipeline.metrics,
      pushes: sinks.pushes.map(\.report), warnings: recorder.warnings, sinks: sinks.group.reports,
      changes: recorder.changes, droppedCount: newest.lostCount)
  }

  private static func captureStage(
    _ source: any FrameSource, into output: Channel<GatedFrame>, options: StreamOptions
  ) -> Stage {
    Stage("capture", into: [output], interrupt: { source.interrupt() }) { scope in
      var gate = FrameGate(masks: options.masks, motion: options.motion)
      var count = 0
      var end = Double.infinity
      do {
        while count < options.frameLimit ?? .max {
          switch try source.next() {
          case .endOfStream: return
          case .frame(let frame):
            if end == .infinity, let duration = options.duration { end = frame.stamp.seconds + duration }
            if frame.stamp.seconds >= end { return }
            if frame.stamp.index % options.stride != 0 { continue }
            let needsDetection = try gate.needsDetection(frame)
            let known = try options.known?.detections(of: frame.pixels)
            let gated = GatedFrame(captured: frame, needsDetection: needsDetection, known: known)
            if scope.send(gated, to: output) == .closed { return }
          }
          count += 1
        }
      } catch let error as CaptureError where error.code == .interrupted {
        // Only `stop` and cancellation interrupt a source: that is its end, not a failure.
      }
    }
  }

  private static func dealStage(from input: Channel<GatedFrame>, into output: Channel<GatedFrame>) -> Stage {
    Stage("deal", from: [input], into: [output]) { scope in scope.transform(from: input, into: output) { $0 } }
  }

  private static func detectStages(
    _ detector: Detector, from input: Channel<GatedFrame>, into output: Channel<DetectedFrame>
  ) -> [Stage] {
    Stage.workers("detect", from: input, into: output) { scope, input, output in
      let worker = DetectionWorker(detector)
      try scope.transform(from: input, into: output) { frame in
        let detections = try frame.known ?? (frame.needsDetection ? worker.detect(frame.captured.pixels) : nil)
        return DetectedFrame(captured: frame.captured, detections: detections)
      }
    }
  }

  private static func analysisStage(
    _ source: any FrameSource, _ detector: Detector, _ options: StreamOptions, from input: Channel<DetectedFrame>,
    into sinks: RunSinks, recorder: FrameRecorder
  ) -> Stage {
    Stage("analyse", from: [input], into: sinks.group.ends) { scope in
      try sinks.check()
      let description = source.description
      // Still images are independent, unless they are tracked.
      let tracker = description.kind == .stills && !options.tracksStills ? nil : options.tracker
      let interval = description.nominalRate.map { Double(options.stride) / $0 } ?? 0
      var memory = SceneMemory(tracker: tracker?.forFrames(apart: interval), shown: options.shown, rules: options.rules)
      let feed = EventFeed(
        EventStamper(
          classes: detector.classes, camera: options.camera ?? description.name,
          clock: description.kind == .live ? .wall : .file,
          zero: options.recorded.map { $0 - Int64((description.origin * 1e3).rounded()) } ?? 0), into: sinks.group)
      options.watch?.listen { [weak feed] change in feed?.publish(change) }
      scope.consume(from: input) { frame in
        let scene = memory.conclude(frame.detections, of: frame.captured)
        let stamp = frame.captured.stamp
        if description.kind == .file { recorder.note(scene.findings) }
        sinks.passAudio()
        sinks.group.deliver(scene.findings, pixels: frame.captured.takePixels(), counts: memory.counts)
        feed.publish(scene.events)
        recorder.record(age: MonotonicTime.nanoseconds &- stamp.arrival, seconds: stamp.seconds)
      }
      sinks.passAudio()
      feed.publish(memory.finish())
      sinks.group.finish()
    }
  }
}

/// Sends the events of a run to the sinks. Two threads report events: analysis those of the frames, capture those of
/// the source.
private final class EventFeed: Sendable {
  private let stamper: Mutex<EventStamper>
  private let sinks: SinkGroup

  init(_ stamper: EventStamper, into sinks: SinkGroup) {
    self.stamper = Mutex(stamper)
    self.sinks = sinks
  }

  func publish(_ events: [SceneEvent]) {
    // Under the lock: sinks get events in the order of their numbers.
    stamper.withLock { stamper in
      for event in events {
        let stamped = stamper.stamp(event)
        sinks.deliver(stamper.number(stamped))
      }
    }
  }

  func publish(_ change: SourceWatch.Change) {
    if let event = SceneEvent(change.state, outage: change.outage, at: change.time) { publish([event]) }
  }
}

extension SceneEvent {
  /// The event for a state that a source reported at `time` (monotonic nanoseconds), after `outage` seconds; `nil`
  /// while it connects.
  package init?(_ state: SourceState, outage: Double?, at time: UInt64) {
    switch state {
    case .connecting: return nil
    case .down(let cause, let message, _): self.init(.cameraDown(cause: cause.rawValue, message: message), at: time)
    case .up(let facts):
      let known = CameraFacts(
        width: facts.width, height: facts.height, codec: facts.codec, rate: facts.rate, outage: outage)
      self.init(.cameraUp(known), at: time)
    }
  }
}
