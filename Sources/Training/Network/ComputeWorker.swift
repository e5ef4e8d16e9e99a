import Foundation
import OneDNN

/// A thread that computes one share of every batch with a team of its own.
///
/// Two single-threaded workers keep two cores busy where a team of two would wait for each other at every one of the
/// hundreds of small primitives, and collapse when another program wants a core.
final class ComputeWorker: @unchecked Sendable {
  private let condition = NSCondition()
  private var job: (() -> Void)?
  private var isStopped = false

  /// A worker whose primitives run on `team` threads.
  init(team: Int) {
    let thread = Thread { [condition, weak self] in
      ExecutionStream.setTeamOfCurrentThread(team)
      while true {
        condition.lock()
        while let worker = self, worker.job == nil, !worker.isStopped {
          _ = worker
          _ = condition.wait(until: Date(timeIntervalSinceNow: 1))
        }
        guard let worker = self, let job = worker.job, !worker.isStopped else {
          condition.unlock()
          return
        }
        condition.unlock()
        job()
        condition.lock()
        worker.job = nil
        condition.broadcast()
        condition.unlock()
      }
    }
    thread.stackSize = 8 << 20
    thread.name = "compute"
    thread.start()
  }

  /// Starts `job`; the one before must be done.
  func start(_ job: @escaping () -> Void) {
    condition.lock()
    self.job = job
    condition.broadcast()
    condition.unlock()
  }

  /// Waits for the job.
  func wait() {
    condition.lock()
    while job != nil { condition.wait() }
    condition.unlock()
  }

  /// Ends the thread.
  func stop() {
    condition.lock()
    isStopped = true
    condition.broadcast()
    condition.unlock()
  }
}
