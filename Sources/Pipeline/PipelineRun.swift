/// Runs a graph of stages, each on its own thread, until the last has ended.
///
/// Channels carry the end of a run through the graph: a source that ends finishes its channel, each stage works off
/// what waits and ends in turn; a stage that leaves early cancels what it takes from, and the stages before it end.
/// A failure stops the sources the same way and is thrown when all stages have ended. Cancelling the task ends all
/// stages at the frame they are at. However it ends, all threads have ended when `run` returns.
public final class PipelineRun: Sendable {
  private let stages: [Stage]
  private let meters: [StageMeter]
  private let state = Locked(RunState())

  /// A run of `stages`. Every channel has one stage that sends to it and one that receives from it.
  public init(stages: [Stage]) {
    self.stages = stages
    meters = stages.map { StageMeter(name: $0.name) }
  }

  /// Runs all stages to their end. Can be called once.
  public func run() async throws(PipelineError) {
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
    // A sender may have been at the point of sending when its receiver left; now both have ended.
    for stage in stages { for input in stage.inputs { input.drain() } }
    if let error = state.withLock({ $0.outcome }) { throw error }
  }

  /// Ends the sources; what is under way is worked off and `run` returns without an error.
  public func stop() { perform(state.withLock { $0.stop() }) }

  /// What each stage has done so far, in the order of the stages. May be read at any time from any thread.
  public var metrics: [StageMetrics] {
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
      // Its frames go back to their pool now: a stage before this one may be waiting for a place in it.
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
