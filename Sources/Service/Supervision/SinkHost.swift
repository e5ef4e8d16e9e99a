import Outputs
import Pipeline
import Scene
import Streaming

/// Runs the sinks of a service, or of one of its cameras. Sinks drop and count what they cannot write in time.
final class SinkHost: Sendable {
  let sinks: SinkGroup
  private let running: Task<Void, Never>

  /// Starts sinks for `requests`.
  init(_ requests: [SinkRequest], camera: String = "", classes: ClassCatalogue = ClassCatalogue(names: [])) {
    var context = SinkContext(camera: camera, stem: camera, classes: classes)
    context.appends = true
    let sinks = SinkGroup(
      SinkGroup.makeQueues(requests, context, overflow: .drop, failure: .isCounted), isLive: true)
    self.sinks = sinks
    let run = PipelineRun(stages: sinks.stages)
    running = Task {
      // Failures of sinks are counted, not thrown; without a thread everything is dropped and counted.
      try? await run.run()
    }
  }

  /// Writes waiting values for at most two seconds, and ends.
  func finish() async {
    sinks.finish()
    await running.value
  }
}
