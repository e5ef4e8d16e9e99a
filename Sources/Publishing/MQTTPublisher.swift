import Foundation
package import MQTT
package import Outputs
import Pipeline
import Spooling
import Synchronization

/// Publishes events and the state of a house to a broker, on a thread of its own. Whatever a broker does, callers never
/// wait: events lie in memory for a moment, then on the disk until the broker has confirmed them.
///
/// The state is read when something changed, and once per second; retained topics have the state of that time.
package final class MQTTPublisher: Sendable {
  struct Shared {
    var intake: [(event: PublishedEvent, milliseconds: Int64)] = []
    var isStopping = false
    var report = PublisherReport()
  }

  /// Events that may wait for the disk.
  static let intakeLimit = 1024

  /// How it publishes.
  package let settings: PublishingSettings
  let home: @Sendable () -> HomeState
  let obey: @Sendable (HomeCommand) -> Void
  let draw: EventImage.Drawing
  let wake: WakePipe
  let shared = Mutex(Shared())
  /// Notified when events have gone to the disk, or from there to the broker.
  let progress = Wakeup()
  private let thread = OwnedThread()

  /// A publisher that does nothing yet.
  ///
  /// - Parameters:
  ///   - home: the state as it is now; called on the publisher's thread.
  ///   - obey: takes what somebody asked for; called on the publisher's thread, and must not wait.
  ///   - draw: draws images of events; called on the publisher's thread.
  package init(
    _ settings: PublishingSettings, home: @escaping @Sendable () -> HomeState,
    obey: @escaping @Sendable (HomeCommand) -> Void, draw: @escaping EventImage.Drawing = EventImage.stored
  ) throws(MQTTError) {
    self.settings = settings
    self.home = home
    self.obey = obey
    self.draw = draw
    wake = try WakePipe()
  }

  /// Starts to publish. Throws `SpoolError` where the events cannot be kept, or `PipelineError` where there is no thread.
  package func start() throws {
    let spool = try Spool(folder: settings.spool, limits: settings.limits)
    // What an earlier run left waits as well.
    let report = spool.report
    shared.withLock { $0.report.spool = report }
    let waiting = Mutex<Spool?>(spool)
    try thread.start("mqtt") { [self] in
      guard let spool = waiting.withLock({ $0.take() }) else { return }
      var work = PublishingWork(self, spool: spool)
      work.run()
    }
  }

  /// Publishes `event`, which happened at `milliseconds` since 1970. Never waits.
  package func publish(_ event: PublishedEvent, at milliseconds: Int64) {
    shared.withLock { shared in
      guard shared.intake.count < Self.intakeLimit else {
        shared.report.dropped += 1
        return
      }
      shared.intake.append((event, milliseconds))
    }
    wake.wake()
  }

  /// Publishes `event` as `publish` does, and waits for room if there is none, `seconds` at most. For one caller at a time.
  /// Returns `false` if there was no room.
  package func publishWaiting(_ event: PublishedEvent, at milliseconds: Int64, seconds: Double) -> Bool {
    let start = MonotonicTime.nanoseconds
    while shared.withLock({ $0.intake.count >= Self.intakeLimit }) {
      guard Double(MonotonicTime.nanoseconds - start) / 1e9 < seconds else { return false }
      progress.wait(seconds: 1)
    }
    publish(event, at: milliseconds)
    return true
  }

  /// Waits until the broker has confirmed all events, as long as there is progress within `patience` seconds, or until
  /// `isOver`. Returns how many are left.
  package func waitUntilDelivered(patience: Double, isOver: () -> Bool) -> Int {
    var last = Int.max, since = MonotonicTime.nanoseconds
    while true {
      let left = shared.withLock { $0.intake.count + $0.report.spool.waiting }
      let now = MonotonicTime.nanoseconds
      if left != last { (last, since) = (left, now) }
      if left == 0 || isOver() || Double(now - since) / 1e9 > patience { return left }
      progress.wait(seconds: 0.1)
    }
  }

  /// The state has changed. Never waits.
  package func stateChanged() { wake.wake() }

  /// How it is doing.
  package var report: PublisherReport { shared.withLock { $0.report } }

  /// Sends waiting messages for at most 2.5 seconds, disconnects and ends. Blocks until then.
  package func stop() {
    thread.join {
      shared.withLock { $0.isStopping = true }
      wake.wake()
    }
  }
}
