import Inference
import Pipeline
import Scene
import Settings
import Synchronization

/// The threads that run the network, shared by all cameras: one frame at a time each.
final class Workers: Sendable {
  private struct Worker: Sendable {
    let thread = OwnedThread()
    let pulse = Pulse()
  }

  /// When a worker started its present frame.
  private final class Pulse: Sendable {
    /// Monotonic nanoseconds; 0 between frames. Relaxed: it is only displayed; no memory access depends on it.
    private let since = Atomic<UInt64>(0)

    func begin() { since.store(MonotonicTime.nanoseconds, ordering: .relaxed) }
    func end() { since.store(0, ordering: .relaxed) }

    /// Nanoseconds spent on the present frame; 0 if there is none.
    var duration: UInt64 {
      let since = since.load(ordering: .relaxed)
      let now = MonotonicTime.nanoseconds
      return since == 0 ? 0 : now - min(since, now)
    }
  }

  private let queue: TurnQueue
  private let workers: [Worker]

  /// Starts `count` threads that serve `queue`. Throws `system` if the system has none left.
  init(_ count: Int, detector: Detector, queue: TurnQueue) throws(ServiceError) {
    self.queue = queue
    workers = (1...max(1, count)).map { _ in Worker() }
    do throws(PipelineError) {
      for (index, worker) in workers.enumerated() {
        try worker.thread.start("detect \(index + 1)") { Self.serve(queue, with: detector, worker.pulse) }
      }
    } catch {
      queue.finish()
      for worker in workers { worker.thread.join() }
      throw ServiceError(.system, "cannot start \(count.counted("thread")): \(error)")
    }
  }

  private static func serve(_ queue: TurnQueue, with detector: Detector, _ pulse: Pulse) {
    let worker = DetectionWorker(detector)
    while let turn = queue.begin() {
      pulse.begin()
      turn.camera.takeTurn(with: worker)
      pulse.end()
      queue.end(turn.id)
    }
  }

  /// Longest time, in nanoseconds, that a worker has spent on its present frame.
  var longestTurn: UInt64 { workers.map(\.pulse.duration).max() ?? 0 }

  /// Ends all threads after their present frames.
  func stop() async {
    queue.finish()
    for worker in workers { await worker.thread.stop() }
  }
}
