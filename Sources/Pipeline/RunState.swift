/// The state machine of a run, without threads or channels: each event returns the action to perform.
///
/// A stop or a failure ends the sources; queued frames are still processed, so that files are complete up to that
/// frame. A cancellation drops queued frames.
package struct RunState {
  /// What the run has to do.
  package enum Action: Equatable {
    case nothing
    /// Finish the channels fed by sources, and interrupt the sources.
    case stopSources
    /// Cancel every channel and interrupt every stage.
    case cancelAll
  }

  private enum Phase: Int { case open, stopping, cancelled }

  private var hasStarted = false
  private var phase = Phase.open
  private var ends: [PipelineError] = []

  package init() {}

  /// Whether this is the first call: a run can run only once.
  package mutating func begin() -> Bool {
    defer { hasStarted = true }
    return !hasStarted
  }

  /// Whether a stage that has not started yet should start.
  package var startsStages: Bool { phase != .cancelled }

  package mutating func stop() -> Action { move(to: .stopping) }

  package mutating func failed(_ error: PipelineError) -> Action {
    ends.append(error)
    return move(to: .stopping)
  }

  package mutating func cancel() -> Action {
    if phase != .cancelled { ends.append(.cancelled) }
    return move(to: .cancelled)
  }

  /// The first failure, with later ones attached; `nil` for a run that ended or was stopped.
  package var outcome: PipelineError? {
    guard var first = ends.first else { return nil }
    first.laterFailures = ends.dropFirst().filter { $0.code != .cancelled }
    return first
  }

  private mutating func move(to next: Phase) -> Action {
    guard next.rawValue > phase.rawValue else { return .nothing }
    phase = next
    return next == .cancelled ? .cancelAll : .stopSources
  }
}
