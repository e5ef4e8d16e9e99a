package import Imaging
package import Outputs
package import Pipeline
package import Scene
import Synchronization

/// The sinks of one host: gives each frame and event to those that want it.
package final class SinkGroup: Sendable {
  /// Seconds that sinks get to write what waits when a live source ends, or a run is stopped.
  private static let patience: UInt64 = 2

  private let queues: [SinkQueue]
  private let isLive: Bool
  /// A queue has one sender at a time.
  private let turn = Mutex(())

  /// A group of `queues` for a source that is live, or waits for them.
  package init(_ queues: [SinkQueue], isLive: Bool) {
    self.queues = queues
    self.isLive = isLive
  }

  /// Queues for `requests`.
  package static func makeQueues(
    _ requests: [SinkRequest], _ context: SinkContext, overflow: SinkQueue.Overflow, failure: SinkQueue.Failure,
    isAllowed: @escaping @Sendable () throws -> Void = {}
  ) -> [SinkQueue] {
    requests.map { request in
      var context = context
      context.patience = WritingPatience()
      let settled = context
      return SinkQueue(
        request.kind.name, needs: request.kind.needs, overflow: overflow, failure: failure, patience: settled.patience
      ) {
        try isAllowed()
        return try request.kind.make(request.target, settled)
      }
    }
  }

  /// The stages that run the sinks.
  package var stages: [Stage] { queues.map(\.stage) }
  /// The queues, for the stage or host that fills them.
  package var ends: [any ChannelEnds] { queues.map(\.end) }
  /// How they are doing.
  package var reports: [SinkReport] { queues.map(\.report) }
  /// Whether any of them wants pixels.
  package var needsPixels: Bool { queues.contains { $0.needs.contains(.pixels) } }

  /// Gives a frame to all that want it. Waits for room only where the source can wait.
  package func deliver(_ findings: FrameFindings, pixels: consuming PixelBuffer? = nil) {
    let shared = share(pixels)
    turn.withLock { _ in
      for queue in queues where queue.needs.contains(.frames) {
        queue.offer(.frame(SinkFrame(findings: findings, pixels: queue.needs.contains(.pixels) ? shared : nil)))
      }
    }
  }

  /// Gives an event to all that want it.
  package func deliver(_ event: StampedEvent) {
    turn.withLock { _ in for queue in queues where queue.needs.contains(.events) { queue.offer(.event(event)) } }
  }

  /// Nothing more comes. What waits is still written; a live source's sinks that cannot do so soon are given up.
  package func finish() {
    if isLive { hurry() }
    for queue in queues { queue.end.finish() }
  }

  /// The run is to end soon, whatever its source: nobody is waited for any longer who does not read.
  package func hurry() {
    let deadline = MonotonicTime.nanoseconds + Self.patience * 1_000_000_000
    for queue in queues { queue.patience.end(at: deadline) }
  }

  private func share(_ pixels: consuming PixelBuffer?) -> SharedPixels? {
    guard let buffer = consume pixels else { return nil }
    let count = queues.count { $0.needs.contains(.pixels) }
    return count == 0 ? nil : SharedPixels(buffer, mayBeDrawnOn: count == 1)
  }
}
