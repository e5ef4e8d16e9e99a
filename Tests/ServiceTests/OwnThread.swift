import Dispatch
import Testing

/// Runs a test on a thread of its own: it waits for sockets, and the service under test, in the same process, needs the
/// threads that tests usually have.
struct OwnThread: TestTrait, SuiteTrait, TestScoping {
  private final class Executor: TaskExecutor {
    private let queue = DispatchQueue(label: "test")

    func enqueue(_ job: consuming ExecutorJob) {
      let job = UnownedJob(job)
      queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
  }

  let isRecursive = true

  func provideScope(
    for test: Test, testCase: Test.Case?, performing function: @concurrent @Sendable () async throws -> Void
  ) async throws {
    try await withTaskExecutorPreference(Executor()) { try await function() }
  }
}

extension Trait where Self == OwnThread {
  /// On a thread of its own.
  static var ownThread: Self { OwnThread() }
}
