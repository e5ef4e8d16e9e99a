/// What one stage has done so far.
public struct StageMetrics: Hashable, Sendable {
  /// The stage's name.
  public var name: String
  /// Work on each item, without waiting; its `count` is the number of items.
  public var work = DurationHistogram()
  /// Time spent waiting for something to work on.
  public var waitedForInput: Duration = .zero
  /// Time spent waiting for the next stage to take what was done.
  public var waitedForOutput: Duration = .zero
  /// Values lost by the policy of the channels this stage sends to.
  public var lostCount = 0

  /// The metrics of a stage that has not started.
  public init(name: String) { self.name = name }
}
