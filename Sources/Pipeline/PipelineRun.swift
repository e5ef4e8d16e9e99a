import Synchronization

/// Runs a graph of stages, each on its own thread, until all have ended.
///
/// Channels propagate the end of a run: when a source ends, it finishes its channel, and each stage processes what is
/// queued and ends in turn; a stage that returns early cancels its inputs, and the stages before it end. A failure
/// stops the sources the same way and is thrown when all stages have ended. Cancelling the task ends all stages at
/// their current frame. In every case all threads have ended when `run` returns.
package final class PipelineRun: Sendable {
  private let stages: [Stage]
  private let meters: [StageMeter]
  private let state = Mutex(RunState())

  /// A run of `stages`. Every channel has one sending and one receiving stage.
  package init(stages: [Stage]) {
    self.stages = stages
    meters = stages.map { StageMeter(name: $0.name) }
  }

  /// Runs all stages to their end. Can be called once.
  package func run() async throws(PipelineError) {
    precondition(state.withLock { $0.begin() }, "a run runs once")
    var threads: [WorkThread] = []
    defer { for thread in threads { thread.join() } }
    for stage in stages { threads.append(try WorkThread(name: stage.name)) }
    await withTaskCancellationHandler {
      await withTaskGroup(of: Void.self) { group in
        for (index, thread) in threads.enumerated() {
          group.addTask(executorPreference: thread) { self.runStage(index) }
        }
      }
    } onCancel: {
      perform(state.withLock { $0.cancel() })
    }
    // A sender may have sent a value while its receiver ended; now both have ended.
    for stage in stages { for input in stage.inputs { input.drain() } }
    if let error = state.withLock({ $0.outcome }) { throw error }
  }

  /// Stops the sources; queued frames are still processed, and `run` returns without an error.
  package func stop() { perform(state.withLock { $0.stop() }) }

  /// Metrics of each stage, in the order of the stages. Can be read at any time on any thread.
  package var metrics: [StageMetrics] {
    zip(stages, meters).map { stage, meter in
      var metrics = meter.snapshot
      metrics.lostCount = stage.outputs.reduce(0) { $0 + $1.lostCount }
      return metrics
    }
  }

  private func runStage(_ index: Int) {
    let stage = stages[index]
    if state.withLock({ $0.startsStages }) {
      let scope = StageScope(name: stage.name, meter: meters[index])
      do {
        try stage.body(scope)
      } catch {
        perform(state.withLock { $0.failed(.stageFailed(stage.name, error)) })
      }
      scope.end()
    }
    for output in stage.outputs { output.finish() }
    for input in stage.inputs {
      input.cancel()
      // Its frames go back to their pool now, because a stage before this one may be waiting for a free buffer.
      input.drain()
    }
  }

  private func perform(_ action: RunState.Action) {
    switch action {
    case .nothing: return
    case .stopSources:
      for stage in stages where stage.isSource {
        for output in stage.outputs { output.finish() }
        stage.interrupt?()
      }
    case .cancelAll:
      for stage in stages {
        for channel in stage.inputs + stage.outputs { channel.cancel() }
        stage.interrupt?()
      }
    }
  }
}
