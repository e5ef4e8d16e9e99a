/// Metrics of one stage.
public struct StageMetrics: Hashable, Sendable {
  /// The stage's name.
  public var name: String
  /// Processing time per item, without waiting; `count` is the number of items.
  public var work = DurationHistogram()
  /// Time spent waiting for input.
  public var waitedForInput: Duration = .zero
  /// Time spent waiting for the next stage.
  public var waitedForOutput: Duration = .zero
  /// Values lost by the policies of the channels it sends to.
  public var lostCount = 0

  /// The metrics of a stage that has not started.
  public init(name: String) { self.name = name }
}
