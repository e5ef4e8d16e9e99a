import Synchronization

/// The context of a running stage: it receives and sends through this, which measures the times.
///
/// Used on the stage's thread only, while its body runs.
package final class StageScope {
  /// The stage's name.
  package let name: String
  private let meter: StageMeter
  private var timeline: StageTimeline

  init(name: String, meter: StageMeter) {
    self.name = name
    self.meter = meter
    timeline = StageTimeline(start: MonotonicTime.nanoseconds)
  }

  /// Waits for the next value of `channel`.
  package func receive<Input: ~Copyable>(from channel: Channel<Input>) -> ReceiveOutcome<Input> {
    meter.apply(timeline.waitBegins(.input, at: MonotonicTime.nanoseconds))
    switch channel.receive() {
    case .closed:
      waitEnded(.input, isSuccess: false)
      return .closed
    case .value(let value):
      waitEnded(.input, isSuccess: true)
      return .value(value)
    }
  }

  /// Sends `value` to `channel`; waits for room if its policy is `wait`.
  package func send<Output: ~Copyable>(_ value: consuming Output, to channel: Channel<Output>) -> SendOutcome {
    meter.apply(timeline.waitBegins(.output, at: MonotonicTime.nanoseconds))
    let outcome = channel.send(value)
    waitEnded(.output, isSuccess: outcome != .closed)
    return outcome
  }

  /// Sends one result for each value received, until the input ends or the output is closed.
  package func transform<Input: ~Copyable, Output: ~Copyable, Failure: Error>(
    from input: Channel<Input>, into output: Channel<Output>,
    _ work: (consuming Input) throws(Failure) -> Output
  ) throws(Failure) {
    while true {
      switch receive(from: input) {
      case .closed: return
      case .value(let value): if send(try work(value), to: output) == .closed { return }
      }
    }
  }

  /// Processes each value received, until the input ends.
  package func consume<Input: ~Copyable, Failure: Error>(
    from input: Channel<Input>, _ work: (consuming Input) throws(Failure) -> Void
  ) throws(Failure) {
    while true {
      switch receive(from: input) {
      case .closed: return
      case .value(let value): try work(value)
      }
    }
  }

  func end() { meter.apply(timeline.ended(at: MonotonicTime.nanoseconds)) }

  private func waitEnded(_ wait: StageTimeline.Wait, isSuccess: Bool) {
    let (waited, item) = timeline.waitEnded(wait, at: MonotonicTime.nanoseconds, isSuccess: isSuccess)
    meter.apply(waited, item)
  }
}

/// The metrics of one stage; the stage writes them, any thread reads them.
final class StageMeter: Sendable {
  private let metrics: Mutex<StageMetrics>

  init(name: String) { metrics = Mutex(StageMetrics(name: name)) }

  var snapshot: StageMetrics { metrics.withLock { $0 } }

  func apply(_ changes: StageTimeline.Change?...) {
    metrics.withLock { metrics in
      for case .some(let change) in changes {
        switch change {
        case .waited(.input, let nanoseconds): metrics.waitedForInput += .nanoseconds(Int64(clamping: nanoseconds))
        case .waited(.output, let nanoseconds): metrics.waitedForOutput += .nanoseconds(Int64(clamping: nanoseconds))
        case .item(let nanoseconds): metrics.work.record(nanoseconds: nanoseconds)
        }
      }
    }
  }
}
