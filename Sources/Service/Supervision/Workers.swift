import Inference
import Pipeline
import Scene
import Settings
import Synchronization

/// The threads that run the network, shared by all cameras: one frame at a time each.
final class Workers: Sendable {
  private struct Worker {
    let thread: WorkThread
    let task: Task<Void, Never>
    let pulse: Pulse
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
  private let workers: Mutex<[Worker]>

  /// Starts `count` threads that serve `queue`. Throws `system` if the system has none left.
  init(_ count: Int, detector: Detector, queue: TurnQueue) throws(ServiceError) {
    self.queue = queue
    var workers: [Worker] = []
    do throws(PipelineError) {
      for number in 1...max(1, count) {
        let thread = try WorkThread(name: "detect \(number)")
        let pulse = Pulse()
        let task = Task(executorPreference: thread) { Self.serve(queue, with: detector, pulse) }
        workers.append(Worker(thread: thread, task: task, pulse: pulse))
      }
    } catch {
      queue.finish()
      for worker in workers { worker.thread.join() }
      throw ServiceError(.system, "cannot start \(count.counted("thread")): \(error)")
    }
    self.workers = Mutex(workers)
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
  var longestTurn: UInt64 { workers.withLock { $0.map(\.pulse.duration).max() ?? 0 } }

  /// Ends all threads after their present frames.
  func stop() async {
    queue.finish()
    let all = workers.withLock { workers in
      defer { workers = [] }
      return workers
    }
    for worker in all {
      await worker.task.value
      worker.thread.join()
    }
  }
}
