package import Imaging
package import Outputs
package import Pipeline
package import Scene
import Synchronization

/// The sinks of one host; distributes frames and events.
package final class SinkGroup: Sendable {
  /// Seconds for sinks to write what is queued when a live source ends or a run is stopped.
  private static let secondsToFinish: UInt64 = 2

  private let queues: [SinkQueue]
  private let isLive: Bool
  // A queue has one sender at a time.
  private let turn = Mutex(())

  /// A group of `queues`; `isLive` if the source cannot wait for them.
  package init(_ queues: [SinkQueue], isLive: Bool) {
    self.queues = queues
    self.isLive = isLive
  }

  /// Creates queues for `requests`.
  package static func makeQueues(
    _ requests: [SinkRequest], _ context: SinkContext, overflow: SinkQueue.Overflow, failure: SinkQueue.Failure,
    isAllowed: @escaping @Sendable () throws -> Void = {}
  ) -> [SinkQueue] {
    requests.map { request in
      var context = context
      context.writeDeadline = WriteDeadline()
      let settled = context
      return SinkQueue(
        request.kind.name, needs: request.kind.needs, overflow: overflow, failure: failure,
        writeDeadline: settled.writeDeadline
      ) {
        try isAllowed()
        return try request.kind.make(request.target, settled)
      }
    }
  }

  /// The stages that run the sinks.
  package var stages: [Stage] { queues.map(\.stage) }
  /// The ends of the queues, for the stage or host that fills them.
  package var ends: [any ChannelEnds] { queues.map(\.end) }
  /// Counts and failures of each sink.
  package var reports: [SinkReport] { queues.map(\.report) }

  /// Sends a frame to all sinks that need frames. Waits for room only if the source can wait.
  package func deliver(
    _ findings: FrameFindings, pixels: consuming PixelBuffer? = nil, counts: [ZoneCount] = []
  ) {
    let shared = share(pixels)
    turn.withLock { _ in
      for queue in queues where queue.needs.contains(.frames) {
        let pixels = queue.needs.contains(.pixels) ? shared : nil
        queue.offer(.frame(SinkFrame(findings: findings, pixels: pixels, counts: counts)))
      }
    }
  }

  /// Sends an event to all sinks that need events.
  package func deliver(_ event: StampedEvent) {
    turn.withLock { _ in for queue in queues where queue.needs.contains(.events) { queue.offer(.event(event)) } }
  }

  /// Ends the input. Queued values are still written; sinks of a live source that take too long are given up.
  package func finish() {
    if isLive { hurry() }
    for queue in queues { queue.end.finish() }
  }

  /// Ends waiting for readers soon, whatever the source.
  package func hurry() {
    let deadline = MonotonicTime.nanoseconds + Self.secondsToFinish * 1_000_000_000
    for queue in queues { queue.writeDeadline.end(at: deadline) }
  }

  private func share(_ pixels: consuming PixelBuffer?) -> SharedPixels? {
    guard let buffer = consume pixels else { return nil }
    let count = queues.count { $0.needs.contains(.pixels) }
    return count == 0 ? nil : SharedPixels(buffer, mayBeDrawnOn: count == 1)
  }
}
