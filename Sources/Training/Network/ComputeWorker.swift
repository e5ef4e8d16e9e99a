import OneDNN
import Pipeline

/// A thread that computes one share of every batch.
///
/// Two single-threaded workers keep two cores busy. A team of two threads would synchronise at each of the hundreds
/// of small primitives, and slow down sharply when another program uses a core.
final class ComputeWorker: Sendable {
  private let thread: WorkThread
  private let isDone = Wakeup()

  /// A worker whose primitives run on `team` threads. Throws if no thread can be created.
  init(team: Int) throws(PipelineError) {
    thread = try WorkThread(name: "compute")
    thread.run { ExecutionStream.setTeamOfCurrentThread(team) }
  }

  deinit { thread.join() }

  /// Starts `job`. Call `wait()` for the previous job first.
  func start(_ job: @escaping @Sendable () -> Void) {
    thread.run { [isDone] in
      job()
      isDone.notify()
    }
  }

  /// Waits until the job is done.
  func wait() { isDone.wait() }
}
