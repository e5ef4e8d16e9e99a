import Outputs
import Pipeline
import RingBuffer
import Synchronization

/// What is on its way to a sink.
enum SinkItem: Sendable {
  case frame(SinkFrame)
  case event(StampedEvent)
}

/// How a sink is doing.
public struct SinkReport: Sendable {
  /// Its kind: `csv`, `events` and so on.
  public let name: String
  /// Frames and events it has taken.
  public var taken = 0
  /// Frames and events it was too slow for.
  public var dropped = 0
  /// Frames and events that could not be written.
  public var failures = 0
  /// Why the last of them could not.
  public var lastFailure: String?
}

/// A sink and the bounded queue in front of it. `stage` runs it on a thread of its own.
package final class SinkQueue: Sendable {
  /// What happens when the sink is slower than its source.
  package enum Overflow: Sendable {
    /// The source waits: nothing is lost. For files.
    case wait
    /// What comes while the queue is full is dropped and counted. For live sources.
    case drop
  }

  /// What a failure to write comes to.
  package enum Failure: Sendable {
    /// The run ends with it.
    case endsRun
    /// It is counted, and the next frame or event is tried again.
    case isCounted
  }

  let name: String
  let needs: SinkKind.Needs
  let patience: WritingPatience
  private let channel: Channel<SinkItem>
  private let failure: Failure
  private let counts: Mutex<SinkReport>
  private let make: @Sendable () throws -> any Sink & ~Copyable

  /// A queue for the sink that `make` makes, on the sink's thread.
  init(
    _ name: String, needs: SinkKind.Needs, overflow: Overflow, failure: Failure, patience: WritingPatience,
    make: @escaping @Sendable () throws -> any Sink & ~Copyable
  ) {
    self.name = name
    self.needs = needs
    self.failure = failure
    self.patience = patience
    self.make = make
    counts = Mutex(SinkReport(name: name))
    // Pixels take memory; findings and events are small.
    let capacity =
      switch overflow {
      case .wait: needs.contains(.pixels) ? 2 : 16
      case .drop: needs.contains(.pixels) ? 8 : 1024
      }
    channel = Channel(capacity: capacity, policy: overflow == .wait ? .wait : .refuseNewest)
  }

  /// How it is doing.
  var report: SinkReport {
    var report = counts.withLock { $0 }
    report.dropped += channel.lostCount
    return report
  }

  var end: any ChannelEnds { channel }

  /// Gives `item` to the sink. One caller at a time.
  func offer(_ item: SinkItem) { _ = channel.send(item) }

  /// The sink at work until its queue is finished and empty.
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
      try scope.consume(from: channel) { item in try take(item, into: &sink) }
    } catch {
      // What was written so far is completed all the same.
      try? sink.finish()
      throw error
    }
    try sink.finish()
  }

  private func persist(_ scope: StageScope) {
    var sink: (any Sink & ~Copyable)?
    var isOpen = false
    scope.consume(from: channel) { item in
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

  /// Nobody read what was written: all that waits is lost.
  private func giveUp(_ error: OutputError) {
    let lost = channel.waitingCount
    channel.drain()
    counts.withLock { counts in
      counts.dropped += lost
      counts.lastFailure = error.description
    }
  }
}
