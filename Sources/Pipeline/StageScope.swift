/// What a stage sees while it runs: it receives, works and sends through this, and is timed on the way.
///
/// Lives on the stage's own thread, for the length of its body.
public final class StageScope {
  /// The stage's name.
  public let name: String
  private let meter: StageMeter
  private var timeline: StageTimeline

  init(name: String, meter: StageMeter) {
    self.name = name
    self.meter = meter
    timeline = StageTimeline(start: MonotonicTime.nanoseconds)
  }

  /// The next value of `channel`, waiting for it.
  public func receive<Input: ~Copyable>(from channel: Channel<Input>) -> ReceiveOutcome<Input> {
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

  /// Gives `value` to `channel`, waiting for room where its policy says so.
  public func send<Output: ~Copyable>(_ value: consuming Output, to channel: Channel<Output>) -> SendOutcome {
    meter.apply(timeline.waitBegins(.output, at: MonotonicTime.nanoseconds))
    let outcome = channel.send(value)
    waitEnded(.output, isSuccess: outcome != .closed)
    return outcome
  }

  /// Sends what `next` makes until it makes `nil` or nobody takes it any more.
  public func produce<Output: ~Copyable, Failure: Error>(
    into output: Channel<Output>, _ next: () throws(Failure) -> Output?
  ) throws(Failure) {
    while let value = try next() {
      if send(value, to: output) == .closed { return }
    }
  }

  /// Sends one value for each that comes, until there are no more or nobody takes them any more.
  public func transform<Input: ~Copyable, Output: ~Copyable, Failure: Error>(
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

  /// Works on each value that comes, until there are no more.
  public func consume<Input: ~Copyable, Failure: Error>(
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

/// The metrics of one stage, written by it and read by anyone.
final class StageMeter: Sendable {
  private let metrics: Locked<StageMetrics>

  init(name: String) { metrics = Locked(StageMetrics(name: name)) }

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
