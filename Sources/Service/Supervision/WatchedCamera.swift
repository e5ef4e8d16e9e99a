import Capture
import FFmpeg
import Imaging
import Inference
import LiveView
import Outputs
import Pipeline
import Publishing
import Recording
import Rules
import Scene
import Settings
import Streaming
import Synchronization
import Web

/// One camera: a thread that captures frames, of which the newest waits for a worker, and the state of its scene.
///
/// Errors here do not affect other cameras.
final class WatchedCamera: Sendable {
  /// The newest frame, once one is due.
  private struct Waiting: ~Copyable {
    var frame: CapturedFrame?
    var isDue = false
  }

  /// The capture thread.
  private struct Capturing {
    let id: Int
    let thread: WorkThread
    let task: Task<Void, Never>
  }

  let settings: CameraSettings
  let plan: DetectionPlan
  let latestFrame: LatestFrame
  let record: CameraRecord
  /// Its packets, and the clips and live views made of them.
  let streams: CameraStreams
  let events: CameraEvents
  /// Records clips and snapshots; `nil` if nothing is recorded.
  private let recorder: CameraRecorder?
  /// Sends annotated frames to a receiver; `nil` without one.
  private let push: StreamPush?
  private let queue: TurnQueue
  private let source: any FrameSource
  private let waiting = Mutex(Waiting())
  /// Analyses its frames. One worker at a time uses it.
  let analyser: Mutex<SceneAnalyser>
  /// Where objects spend time.
  let heat: CameraHeat
  /// Its own outputs.
  private let sinks: SinkHost
  private let capturing = Mutex<Capturing?>(nil)
  /// Folder of the saved state.
  private let memories: MemoryFolder?
  /// Its switches.
  private let switches: CameraSwitches
  /// Whether the last frame was searched for objects.
  private let wasSearched = Mutex(true)

  /// A camera that is not watched yet.
  init(
    _ settings: CameraSettings, plan: DetectionPlan, queue: TurnQueue, journal: Journal, media: MediaFolder? = nil,
    memories: MemoryFolder? = nil, switches: CameraSwitches = CameraSwitches()
  ) {
    self.switches = switches
    self.settings = settings
    self.plan = plan
    self.queue = queue
    let opening = CameraOpening(settings)
    let streams = CameraStreams(settings, ring: opening.ring, media: media, switches: switches, log: journal.log)
    self.streams = streams
    recorder = media.flatMap {
      CameraRecorder(settings, ring: streams.recorded, folder: $0)
    }
    self.memories = memories
    heat = CameraHeat(settings.name, classes: plan.classes, folder: memories.map(HeatFolder.init))
    let memory = memories?.memory(of: settings.name)
    let events = CameraEvents(
      camera: settings.name, classes: plan.classes, journal: journal, recorder: recorder,
      objects: memory?.known ?? [], switches: switches)
    self.events = events
    latestFrame = LatestFrame(classes: plan.classes)
    let record = CameraRecord(settings, events: events, video: streams.video) { streams.reports }
    self.record = record
    analyser = Mutex(SceneAnalyser(plan.scene, restoring: memory?.past()))
    sinks = SinkHost(settings.sinkRequests, camera: settings.name, classes: plan.classes)
    push = settings.push.map { address in
      var pushing = PushWriter.Settings()
      pushing.nominalRate = settings.detect.rate
      pushing.timeout = settings.timeout
      return StreamPush(address, settings: pushing, classes: plan.classes)
    }
    source = opening.source { record.note($0) }
  }

  /// State and counts.
  var report: CameraReport {
    var report = record.report
    report.losses = source.losses
    report.push = push?.report
    report.sinks = sinks.sinks.reports
    return report
  }

  /// Starts to watch. If the system has no thread left, that is in the report.
  func start() {
    guard settings.isEnabled else { return }
    let thread: WorkThread
    do throws(PipelineError) { thread = try WorkThread(name: settings.name) } catch { return cannotStart(error) }
    do throws(PipelineError) {
      try recorder?.start { [events] end, evidence in events.publish(end, evidence: evidence) }
      try push?.start()
      try streams.start()
    } catch {
      thread.join()
      return cannotStart(error)
    }
    let id = queue.add(self, interval: 1 / settings.detect.rate)
    let task = Task(executorPreference: thread) { self.capture(id) }
    capturing.withLock { $0 = Capturing(id: id, thread: thread, task: task) }
  }

  private func cannotStart(_ error: PipelineError) {
    record.update { $0.lastFailure = "cannot watch \(settings.name): \(error)" }
  }

  /// Stops: ends the source, publishes the ends of all tracks, and returns when the thread has ended.
  func stop() async {
    defer { latestFrame.arrivals.finish() }
    guard let capturing = capturing.withLock({ $0.take() }) else {
      // What was started before a thread was missing ends as well.
      await streams.stop()
      await recorder?.stop()
      return await sinks.finish()
    }
    source.interrupt()
    queue.remove(capturing.id)
    await capturing.task.value
    // This may take a second; nothing else must wait for it.
    await Task(executorPreference: capturing.thread) {
      self.push?.finish()
      self.endScene()
    }.value
    capturing.thread.join()
    waiting.withLock { $0.frame = nil }
    await recorder?.stop()
    await streams.stop()
    await sinks.finish()
  }

  /// The state to save.
  var memory: CameraMemory {
    let rules = analyser.withLock { $0.state }
    return CameraMemory(saved: EventClock.wallMilliseconds, rules: rules, objects: events.openObjects)
  }

  /// Ends all objects, or only active ones if the others are kept over restarts.
  private func endScene() {
    guard let memories else { return events.publish(analyser.withLock { $0.finish() }, isLast: true) }
    events.publish(analyser.withLock { $0.suspend() }, isLast: true)
    do throws(OutputError) {
      try memories.write(memory, of: settings.name)
      try heat.save(isLast: true)
    } catch {
      record.update { $0.lastFailure = error.description }
    }
  }

  /// Captures frames until the source is interrupted.
  private func capture(_ id: Int) {
    var pace = DetectionPace(rate: settings.detect.rate)
    do throws(CaptureError) {
      while true {
        switch try source.next() {
        case .endOfStream: return
        case .frame(let frame): accept(frame, id: id, pace: &pace)
        }
      }
    } catch {
      if error.code != .interrupted { record.update { $0.lastFailure = error.message } }
    }
  }

  private func accept(_ frame: consuming CapturedFrame, id: Int, pace: inout DetectionPace) {
    let arrival = frame.stamp.arrival
    record.noteFrame(width: frame.pixels.layout.width, height: frame.pixels.layout.height, at: arrival)
    let isDue = pace.isDue(at: Double(arrival) / 1e9)
    var newest: CapturedFrame? = frame
    let displaced = waiting.withLock { waiting -> CapturedFrame? in
      // While a camera waits for its turn, the newest frame replaces the waiting one.
      guard isDue || waiting.isDue else { return nil }
      waiting.isDue = true
      let old = waiting.frame.take()
      waiting.frame = newest.take()
      return old
    }
    _ = consume displaced
    if isDue, !queue.offer(id) { record.update { $0.missed += 1 } }
  }

  /// Requests a turn although no frame has arrived.
  func offerTurn() {
    if let id = capturing.withLock({ $0?.id }) { _ = queue.offer(id) }
  }

  /// Analyses the waiting frame with `worker`. One worker at a time calls this.
  func takeTurn(with worker: DetectionWorker) {
    let next = waiting.withLock { waiting -> CapturedFrame? in
      waiting.isDue = false
      return waiting.frame.take()
    }
    guard let frame = next else { return concludeOutage() }
    let age = MonotonicTime.nanoseconds &- frame.stamp.arrival
    guard Double(age) / 1e9 <= settings.detect.maxAge else { return record.update { $0.stale += 1 } }
    do {
      let outcome = try analyse(frame, with: worker)
      sinks.sinks.deliver(outcome.findings)
      heat.add(outcome.findings.presence)
      let total = MonotonicTime.nanoseconds &- frame.stamp.arrival
      record.update { $0.add(outcome, age: total, classes: plan.classes) }
      if events.journal.updates.hasListeners {
        let text = outcome.findings.json(camera: settings.name, classes: plan.classes, isStill: outcome.isStill)
        events.journal.updates.send(ServerSentEvent(name: "detections", data: text))
      }
      try recorder?.see(frame.pixels, outcome.findings)
      streams.continuous?.see(frame.stamp, isMoving: outcome.hasMotion)
      push?.offer(frame.pixels, at: frame.stamp.seconds, drawing: outcome.findings)
      latestFrame.replace(with: frame, findings: outcome.findings)
    } catch {
      record.update { report in
        report.failures += 1
        report.lastFailure = "\(error)"
      }
    }
  }
}

extension WatchedCamera {
  private func analyse(_ frame: borrowing CapturedFrame, with worker: DetectionWorker) throws -> FrameOutcome {
    let start = MonotonicTime.nanoseconds
    let (isStill, hasMotion) = try analyser.withLock { try (!$0.needsDetection(frame), $0.hasMotion) }
    let gated = MonotonicTime.nanoseconds
    guard isSearched() else {
      let findings = FrameFindings(
        stamp: frame.stamp, width: frame.pixels.layout.width, height: frame.pixels.layout.height, detections: [])
      return FrameOutcome(
        findings: findings, counts: [], lineTotals: analyser.withLock { $0.lineTotals }, isStill: true,
        hasMotion: hasMotion ?? false, gateTime: gated - start, inferTime: 0, trackTime: 0)
    }
    var answer: [Detection]?
    if !isStill {
      do throws(InferenceError) {
        worker.options = plan.options
        answer = try worker.detect(frame.pixels)
      } catch {
        analyser.withLock { $0.forget() }
        throw error
      }
    }
    let inferred = MonotonicTime.nanoseconds
    let detections = answer
    let (scene, counts, lineTotals) = analyser.withLock {
      ($0.conclude(detections, of: frame), $0.counts, $0.lineTotals)
    }
    events.publish(scene.events)
    return FrameOutcome(
      findings: scene.findings, counts: counts, lineTotals: lineTotals, isStill: isStill,
      hasMotion: hasMotion ?? !scene.findings.tracks.isEmpty, gateTime: gated - start, inferTime: inferred - gated,
      trackTime: MonotonicTime.nanoseconds - inferred)
  }
}

extension WatchedCamera {
  /// Whether detection is on. When it is switched off, all objects end and the motion gate is reset, so that the network runs
  /// at once when it is switched on again.
  private func isSearched() -> Bool {
    let isOn = switches.isOn(.detect)
    let wasOn = wasSearched.withLock { was in
      defer { was = isOn }
      return was
    }
    if wasOn, !isOn {
      events.publish(
        analyser.withLock { analyser in
          analyser.forget()
          return analyser.finish()
        })
    }
    return isOn
  }
}
