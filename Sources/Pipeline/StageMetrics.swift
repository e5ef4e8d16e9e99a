/// Metrics of one stage.
package struct StageMetrics: Hashable, Sendable {
  /// The stage's name.
  package var name: String
  /// Processing time per item, without waiting; `count` is the number of items.
  package var work = DurationHistogram()
  /// Time spent waiting for input.
  package var waitedForInput: Duration = .zero
  /// Time spent waiting for the next stage.
  package var waitedForOutput: Duration = .zero
  /// Values lost by the policies of the channels it sends to.
  package var lostCount = 0

  /// The metrics of a stage that has not started.
  package init(name: String) { self.name = name }
}
