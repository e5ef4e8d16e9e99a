/// The life of a run, without threads or channels: says what is to be done when something happens.
///
/// A stop or a failure ends the sources; what is under way is still worked off, so that files are complete up to that
/// frame. A cancellation drops what is under way.
package struct RunState {
  package enum Action: Equatable {
    case nothing
    /// Finish the channels the sources feed and interrupt the sources.
    case stopSources
    /// Cancel every channel and interrupt every stage.
    case cancelAll
  }

  private enum Phase: Int { case open, stopping, cancelled }

  private var hasBegun = false
  private var phase = Phase.open
  private var ends: [PipelineError] = []

  package init() {}

  /// Whether this is the first call: a run runs once.
  package mutating func begin() -> Bool {
    defer { hasBegun = true }
    return !hasBegun
  }

  /// Whether a stage that has not started should begin at all.
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

  /// The first thing that went wrong, with the rest attached; `nil` for a run that came to its end or was stopped.
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
