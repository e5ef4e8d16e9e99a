import Synchronization

/// A thread that its owner starts once, with the work it does until it is stopped.
package final class OwnedThread: Sendable {
  private let running = Mutex<(thread: WorkThread, task: Task<Void, Never>)?>(nil)

  package init() {}

  /// Whether it was started and not stopped.
  package var isRunning: Bool { running.withLock { $0 != nil } }

  /// Starts a thread called `name` that executes `work`. Throws `noThread` if the system has none left.
  package func start(_ name: String, _ work: @escaping @Sendable () -> Void) throws(PipelineError) {
    let thread = try WorkThread(name: name)
    let task = Task(executorPreference: thread) { work() }
    running.withLock { $0 = (thread, task) }
  }

  /// Calls `tell`, which has to end the work, and returns when the thread has ended. Does nothing unless it is running.
  package func stop(_ tell: () -> Void = {}) async {
    guard let running = running.withLock({ $0.take() }) else { return }
    tell()
    await running.task.value
    running.thread.join()
  }

  /// The same for callers that are not asynchronous: blocks.
  package func join(_ tell: () -> Void = {}) {
    guard let running = running.withLock({ $0.take() }) else { return }
    tell()
    running.thread.join()
  }
}

extension WorkThread {
  /// The result of `work`, which may block and is executed on a thread of its own; on the caller's if the system has none left.
  package static func execute<Result: Sendable>(
    _ name: String, _ work: @escaping @Sendable () -> Result
  ) async -> Result {
    guard let thread = try? WorkThread(name: name) else { return work() }
    defer { thread.join() }
    return await Task(executorPreference: thread) { work() }.value
  }
}
