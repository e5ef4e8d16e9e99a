import Pipeline
import Testing

@Suite struct RunStateTests {
  enum Step: String { case stop, fail, cancel }

  @Test(
    arguments: [
      ([], [], nil, 0),
      ([.stop], [.stopSources], nil, 0),
      ([.stop, .stop], [.stopSources, .nothing], nil, 0),
      ([.fail], [.stopSources], .stageFailed, 0),
      ([.fail, .fail, .stop], [.stopSources, .nothing, .nothing], .stageFailed, 1),
      ([.stop, .fail], [.stopSources, .nothing], .stageFailed, 0),
      ([.cancel], [.cancelAll], .cancelled, 0),
      ([.stop, .cancel, .cancel], [.stopSources, .cancelAll, .nothing], .cancelled, 0),
      ([.cancel, .fail, .stop], [.cancelAll, .nothing, .nothing], .cancelled, 1),
      ([.fail, .cancel], [.stopSources, .cancelAll], .stageFailed, 0),
    ] as [([Step], [RunState.Action], PipelineError.Code?, Int)])
  func `the first thing that goes wrong is the outcome, and nothing is done twice`(
    steps: [Step], actions: [RunState.Action], outcome: PipelineError.Code?, later: Int
  ) {
    var state = RunState()
    let taken = steps.map { step in
      switch step {
      case .stop: state.stop()
      case .fail: state.failed(PipelineError.stageFailed("a", Broken(stage: "a")))
      case .cancel: state.cancel()
      }
    }
    #expect(taken == actions)
    #expect(state.outcome?.code == outcome)
    #expect(state.outcome?.laterFailures.count ?? 0 == later)
    #expect(state.startsStages == !steps.contains(.cancel))
  }

  @Test func `a run begins once`() {
    var state = RunState()
    let begins = [state.begin(), state.begin()]
    #expect(begins == [true, false])
  }
}
