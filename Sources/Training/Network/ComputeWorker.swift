import OneDNN
import Pipeline

/// A thread that computes one share of every batch with a team of its own.
///
/// Two single-threaded workers keep two cores busy where a team of two would wait for each other at every one of the
/// hundreds of small primitives, and collapse when another program wants a core.
final class ComputeWorker: Sendable {
  private let thread: WorkThread
  private let isDone = Wakeup()

  /// A worker whose primitives run on `team` threads. Throws where the system gives no thread.
  init(team: Int) throws(PipelineError) {
    thread = try WorkThread(name: "compute")
    thread.run { ExecutionStream.setTeamOfCurrentThread(team) }
  }

  deinit { thread.join() }

  /// Starts `job`; the one before must have been waited for.
  func start(_ job: @escaping @Sendable () -> Void) {
    thread.run { [isDone] in
      job()
      isDone.notify()
    }
  }

  /// Waits for the job that was started.
  func wait() { isDone.wait() }
}
