import Outputs
import Pipeline
import RingBuffer
import Synchronization

/// A queued value for a sink.
enum SinkItem: Sendable {
  case frame(SinkFrame)
  case event(StampedEvent)
}

/// Counts and failures of a sink.
package struct SinkReport: Sendable {
  /// Its kind: `csv`, `events` and so on.
  package let name: String
  /// Frames and events passed to the sink.
  package var taken = 0
  /// Frames and events dropped because the queue was full.
  package var dropped = 0
  /// Frames and events that could not be written.
  package var failures = 0
  /// Message of the last failure.
  package var lastFailure: String?
}

/// A sink with its bounded queue. `stage` runs it on its own thread.
package final class SinkQueue: Sendable {
  /// What happens when the queue is full.
  package enum Overflow: Sendable {
    /// The source waits; nothing is lost. For files.
    case wait
    /// New values are dropped and counted. For live sources.
    case drop
  }

  /// What happens when writing fails.
  package enum Failure: Sendable {
    /// The run fails.
    case endsRun
    /// The failure is counted; the sink is called again for the next value.
    case isCounted
  }

  let name: String
  let needs: SinkKind.Needs
  let writeDeadline: WriteDeadline
  private let channel: Channel<SinkItem>
  private let failure: Failure
  private let counts: Mutex<SinkReport>
  private let make: @Sendable () throws -> any Sink & ~Copyable

  /// A queue for the sink that `make` creates on the sink's thread.
  init(
    _ name: String, needs: SinkKind.Needs, overflow: Overflow, failure: Failure, writeDeadline: WriteDeadline,
    make: @escaping @Sendable () throws -> any Sink & ~Copyable
  ) {
    self.name = name
    self.needs = needs
    self.failure = failure
    self.writeDeadline = writeDeadline
    self.make = make
    counts = Mutex(SinkReport(name: name))
    // Frames with pixels take much memory; findings and events are small.
    let capacity =
      switch overflow {
      case .wait: needs.contains(.pixels) ? 2 : 16
      case .drop: needs.contains(.pixels) ? 8 : 1024
      }
    channel = Channel(capacity: capacity, policy: overflow == .wait ? .wait : .refuseNewest)
  }

  /// Counts and failures.
  var report: SinkReport {
    var report = counts.withLock { $0 }
    report.dropped += channel.lostCount
    return report
  }

  var end: any ChannelEnds { channel }

  /// Sends `item` to the sink. One caller at a time.
  func offer(_ item: SinkItem) { _ = channel.send(item) }

  /// Runs the sink until its queue is finished and empty.
  var stage: Stage {
    Stage(name, from: [channel]) { scope in
      do {
        switch self.failure {
        case .endsRun: try self.run(scope)
        case .isCounted: self.persist(scope)
        }
      } catch let error as OutputError where error.code == .nobodyReads {
        self.giveUp(error)
      }
    }
  }

  private func run(_ scope: StageScope) throws {
    var sink = try make()
    do {
      try scope.consume(from: channel) { item in if !isLate() { try take(item, into: &sink) } }
    } catch {
      // What was written so far is completed.
      try? sink.finish()
      throw error
    }
    try sink.finish()
  }

  private func persist(_ scope: StageScope) {
    var sink: (any Sink & ~Copyable)?
    var isOpen = false
    scope.consume(from: channel) { item in
      if isLate() { return }
      do {
        if !isOpen { sink = try make() }
        isOpen = true
        switch item {
        case .frame(let frame): try sink?.take(frame)
        case .event(let event): try sink?.take(event)
        }
        counts.withLock { $0.taken += 1 }
      } catch {
        note(error)
      }
    }
    do { try sink?.finish() } catch { note(error) }
  }

  private func take(_ item: SinkItem, into sink: inout any Sink & ~Copyable) throws(OutputError) {
    do throws(OutputError) {
      switch item {
      case .frame(let frame): try sink.take(frame)
      case .event(let event): try sink.take(event)
      }
      counts.withLock { $0.taken += 1 }
    } catch {
      if error.code == .nobodyReads { counts.withLock { $0.dropped += 1 } }
      throw error
    }
  }

  private func note(_ error: any Error) {
    let isTooSlow = (error as? OutputError)?.code == .nobodyReads
    counts.withLock { counts in
      if isTooSlow { counts.dropped += 1 } else { counts.failures += 1 }
      counts.lastFailure = "\(error)"
    }
  }

  /// Whether the host no longer waits for this sink. The value is then counted as dropped: with seconds per write, a full
  /// queue would delay the end by minutes.
  private func isLate() -> Bool {
    // Few frames with pixels are queued, and a video should have its last ones.
    guard !needs.contains(.pixels), writeDeadline.isOver(at: MonotonicTime.nanoseconds) else { return false }
    counts.withLock { counts in
      counts.dropped += 1
      counts.lastFailure = counts.lastFailure ?? "writing was too slow to finish at the end"
    }
    return true
  }

  /// The output has no reader: all queued values are dropped.
  private func giveUp(_ error: OutputError) {
    let lost = channel.waitingCount
    channel.drain()
    counts.withLock { counts in
      counts.dropped += lost
      counts.lastFailure = error.description
    }
  }
}
