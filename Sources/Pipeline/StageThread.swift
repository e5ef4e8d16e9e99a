import Glibc

/// A thread that runs the tasks which prefer it, so that a stage may block without holding up anyone else.
///
/// Whoever makes one ends it with `join()`, after the last task on it.
@safe
public final class StageThread: TaskExecutor, @unchecked Sendable {
  private struct Queue {
    var jobs: [UnownedJob] = []
    var isEnding = false
  }

  private enum Next {
    case run(UnownedJob)
    case wait
    case end
  }

  private let name: String
  private let queue = Locked(Queue())
  private let parker = Parker()
  private let thread = Locked<pthread_t?>(nil)

  /// Starts a thread. The first 15 bytes of `name` are its name for the system.
  public init(name: String) throws(PipelineError) {
    self.name = name
    var handle = pthread_t()
    let me = unsafe Unmanaged.passRetained(self)
    let status = unsafe pthread_create(
      &handle, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<StageThread>.fromOpaque(argument).takeRetainedValue().work()
        return nil
      }, me.toOpaque())
    guard status == 0 else {
      unsafe me.release()
      throw .noThread(for: name, status: status)
    }
    thread.withLock { $0 = handle }
  }

  /// Runs `job` on the thread, after those that came before it.
  public func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.withLock { $0.jobs.append(job) }
    parker.unpark()
  }

  /// Ends the thread once it has run what was enqueued, and waits for that.
  public func join() {
    guard let handle = thread.withLock({ $0.take() }) else { return }
    queue.withLock { $0.isEnding = true }
    parker.unpark()
    pthread_join(handle, nil)
  }

  private func work() {
    showName()
    let executor = unsafe asUnownedTaskExecutor()
    while true {
      let next: Next = queue.withLock { queue in
        if !queue.jobs.isEmpty { return .run(queue.jobs.removeFirst()) }
        return queue.isEnding ? .end : .wait
      }
      switch next {
      case .run(let job): unsafe job.runSynchronously(on: executor)
      case .wait: parker.park()
      case .end: return
      }
    }
  }

  /// Lets `top` and debuggers show the name; `pthread_setname_np` is an extension that Swift's Glibc leaves out.
  private func showName() {
    guard let file = unsafe fopen("/proc/thread-self/comm", "w") else { return }
    unsafe fputs(String(decoding: name.utf8.prefix(15), as: UTF8.self), file)
    unsafe fclose(file)
  }
}
