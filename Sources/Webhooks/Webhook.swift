import AsyncHTTPClient
import Foundation
import NIOCore
package import Outputs
import Pipeline
package import Spooling
import Synchronization

/// Why a webhook cannot be called.
package struct WebhookError: Error, Sendable, CustomStringConvertible {
  /// What was tried and what came of it. Holds no secrets.
  package let description: String
  /// The error behind it, if there is one.
  package let cause: (any Error)?
}

/// How a webhook is doing.
package struct WebhookReport: Hashable, Sendable {
  /// Calls that the receiver took.
  package var delivered = 0
  /// Calls that it does not take, and will not.
  package var refused = 0
  /// Attempts that failed and are repeated.
  package var failures = 0
  /// Events that were lost because they came faster than the disk takes them, or are too large.
  package var dropped = 0
  /// What waits on the disk.
  package var spool = SpoolReport()
  /// Why the last call failed.
  package var lastFailure: String?
}

/// Calls one receiver for the events that its rule takes, one after the other, on a thread of its own. Whatever the receiver
/// does, callers never wait: calls lie on the disk until it has them.
package final class Webhook: Sendable {
  private struct Shared {
    var rule: WebhookRule
    var intake: [(call: WebhookCall, milliseconds: Int64)] = []
    var isStopping = false
    var current: HTTPClient.Task<HTTPClient.Response>?
    var report = WebhookReport()
  }

  private static let intakeLimit = 1024
  /// Seconds before a call is repeated: doubled with each, up to the last.
  private static let pauses = [1.0, 2, 4, 8, 16, 30, 60]
  /// Seconds that a receiver may take.
  private static let timeout: Int64 = 10

  package let settings: WebhookSettings
  private let spoolPath: String
  private let limits: SpoolLimits
  private let draw: EventImage.Drawing
  private let shared: Mutex<Shared>
  private let wakeup = Wakeup()
  private let thread = OwnedThread()

  /// A webhook that calls nobody yet and keeps what waits in the folder at `spool`. `draw` draws images of events, on its thread.
  package init(
    _ settings: WebhookSettings, spool: String, limits: SpoolLimits = SpoolLimits(),
    draw: @escaping EventImage.Drawing = EventImage.stored
  ) {
    self.settings = settings
    spoolPath = spool
    self.limits = limits
    self.draw = draw
    shared = Mutex(Shared(rule: WebhookRule(settings)))
  }

  /// Starts to call. Throws `SpoolError` where calls cannot be kept, or `PipelineError` where there is no thread.
  package func start() throws {
    let waiting = Mutex<Spool?>(try Spool(folder: spoolPath, limits: limits))
    try thread.start("hook \(settings.name)") {
      guard var spool = waiting.withLock({ $0.take() }) else { return }
      self.run(&spool)
    }
  }

  /// Calls for `event` if the rule takes it. Never waits.
  package func offer(_ event: WebhookEvent) {
    shared.withLock { shared in
      guard shared.rule.takes(event) else { return }
      guard shared.intake.count < Self.intakeLimit else {
        shared.report.dropped += 1
        return
      }
      shared.intake.append((WebhookCall(event, settings), event.milliseconds))
    }
    wakeup.notify()
  }

  /// How it is doing.
  package var report: WebhookReport { shared.withLock { $0.report } }

  /// Ends the call that is under way, which is made again after the next start, and the thread. Blocks until that is done.
  package func stop() {
    thread.join {
      let current = shared.withLock { shared in
        shared.isStopping = true
        return shared.current
      }
      current?.cancel()
      wakeup.end()
    }
  }

  /// Calls once for `event`, whatever the rule, and waits for the answer. Throws `WebhookError`.
  package static func test(_ settings: WebhookSettings, with event: WebhookEvent) throws(WebhookError) {
    switch Self.call(WebhookCall(event, settings), settings, draw: EventImage.stored, note: { _ in }) {
    case .delivered: return
    case .refused(let reason), .failed(let reason, _):
      throw WebhookError(description: "the webhook \(settings.name) \(reason)", cause: nil)
    }
  }

  private func run(_ spool: inout Spool) {
    var failures = 0
    while true {
      takeIntake(&spool)
      if shared.withLock({ $0.isStopping }) { return }
      guard let record = try? spool.next(at: EventClock.wallMilliseconds) else {
        wakeup.wait(seconds: 60)
        continue
      }
      guard let call = WebhookCall(spooled: record.payload) else {
        try? spool.acknowledge(through: record.place)
        continue
      }
      let outcome = Self.call(call, settings, draw: draw) { task in
        let isStopping = self.shared.withLock { shared in
          shared.current = task
          return shared.isStopping
        }
        // The end has come while the call was made ready.
        if isStopping { task.cancel() }
      }
      note(outcome)
      if case .failed(_, let wait) = outcome {
        spool.rewind()
        pause(wait ?? Self.pauses[min(failures, Self.pauses.count - 1)], &spool)
        failures += 1
      } else {
        failures = 0
        try? spool.acknowledge(through: record.place)
      }
      let report = spool.report
      shared.withLock { $0.report.spool = report }
    }
  }

  /// Waits, and keeps what comes in meanwhile.
  private func pause(_ seconds: Double, _ spool: inout Spool) {
    let end = Double(MonotonicTime.nanoseconds) / 1e9 + seconds
    while !shared.withLock({ $0.isStopping }) {
      let rest = end - Double(MonotonicTime.nanoseconds) / 1e9
      guard rest > 0 else { return }
      wakeup.wait(seconds: rest)
      takeIntake(&spool)
    }
  }

  private func note(_ outcome: WebhookCall.Outcome) {
    shared.withLock { shared in
      shared.current = nil
      switch outcome {
      case .delivered: shared.report.delivered += 1
      case .refused(let reason):
        shared.report.refused += 1
        shared.report.lastFailure = reason
      case .failed(let reason, _):
        shared.report.failures += 1
        shared.report.lastFailure = reason
      }
    }
  }

  private func takeIntake(_ spool: inout Spool) {
    let calls = shared.withLock { $0.intake }
    let (taken, lost, failure) = spool.append(calls) { ($0.call.spooled, $0.milliseconds) }
    let report = spool.report
    shared.withLock { shared in
      // On a full disk what is left waits in memory.
      shared.intake.removeFirst(taken)
      shared.report.dropped += lost
      shared.report.spool = report
      if let failure { shared.report.lastFailure = failure }
    }
  }

  private static func call(
    _ call: WebhookCall, _ settings: WebhookSettings, draw: EventImage.Drawing,
    note: (HTTPClient.Task<HTTPClient.Response>) -> Void
  ) -> WebhookCall.Outcome {
    let request: HTTPClient.Request
    do { request = try call.request(settings, draw: draw, at: EventClock.wallMilliseconds / 1000) } catch {
      return .refused("cannot be called: \(error)")
    }
    // The body of an answer is not used; only this much of it is read.
    let answer = ResponseAccumulator(request: request, maxBodySize: 1 << 16)
    let task = Self.client.execute(request: request, delegate: answer, deadline: .now() + .seconds(timeout))
    note(task)
    do { return WebhookCall.outcome(of: try task.wait()) } catch {
      return .failed("does not answer: \(ConnectionFailure.text(error))", wait: nil)
    }
  }

  /// Follows no redirects: an address that is not in the configuration is not called.
  private static let client = HTTPClient(
    eventLoopGroupProvider: .singleton,
    configuration: .init(
      redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5), read: .seconds(timeout))))
}
