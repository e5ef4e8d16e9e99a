import Glibc
import Synchronization

/// A thread that executes tasks and closures, which may block.
///
/// Its owner ends it with `join()` after the last task. If the last reference goes without `join()`, the process
/// traps: that is a programming error, since the thread would leak.
@safe
package final class WorkThread: TaskExecutor, Sendable {
  private let loop: Loop
  private let handle = Mutex<pthread_t?>(nil)

  /// Starts a thread; the first 15 bytes of `name` are its name in the system. Throws `noThread` if it cannot be
  /// created.
  package init(name: String) throws(PipelineError) {
    loop = Loop(name: name)
    var handle = pthread_t()
    let argument = unsafe Unmanaged.passRetained(loop)
    let status = unsafe pthread_create(
      &handle, nil,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Loop>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      }, argument.toOpaque())
    guard status == 0 else {
      unsafe argument.release()
      throw .noThread(for: name, status: status)
    }
    self.handle.withLock { $0 = handle }
  }

  deinit {
    precondition(handle.withLock { $0 == nil }, "the thread \(loop.name) was not joined")
  }

  /// Runs `job` on the thread, after earlier ones.
  package func enqueue(_ job: consuming ExecutorJob) {
    unsafe loop.add(.task(UnownedJob(job), asUnownedTaskExecutor()))
  }

  /// Runs `work` on the thread, after earlier jobs.
  package func run(_ work: @escaping @Sendable () -> Void) { loop.add(.work(work)) }

  /// Ends the thread after all queued jobs, and waits for it.
  package func join() {
    guard let handle = handle.withLock({ $0.take() }) else { return }
    loop.end()
    pthread_join(handle, nil)
  }
}

/// The loop of the thread. It does not keep the owner alive, so that a missing `join` is detected.
@safe
private final class Loop: @unchecked Sendable {
  @safe
  enum Job {
    case work(@Sendable () -> Void)
    /// A task keeps its preferred executor alive until it has ended.
    case task(UnownedJob, UnownedTaskExecutor)

    func run() {
      switch self {
      case .work(let work): work()
      case .task(let job, let executor): unsafe job.runSynchronously(on: executor)
      }
    }
  }

  private struct Queue {
    var jobs: [Job] = []
    var isEnding = false
  }

  private enum Next {
    case run(Job)
    case wait
    case end
  }

  let name: String
  private let queue = Mutex(Queue())
  private let parker = Parker()

  init(name: String) { self.name = name }

  func add(_ job: Job) {
    queue.withLock { $0.jobs.append(job) }
    parker.unpark()
  }

  func end() {
    queue.withLock { $0.isEnding = true }
    parker.unpark()
  }

  func run() {
    showName()
    while true {
      let next: Next = queue.withLock { queue in
        if !queue.jobs.isEmpty { return .run(queue.jobs.removeFirst()) }
        return queue.isEnding ? .end : .wait
      }
      switch next {
      case .run(let job): job.run()
      case .wait: parker.park()
      case .end: return
      }
    }
  }

  /// Sets the thread's name for `top` and debuggers; Swift's Glibc module lacks `pthread_setname_np`.
  private func showName() {
    guard let file = unsafe fopen("/proc/thread-self/comm", "w") else { return }
    unsafe fputs(String(decoding: name.utf8.prefix(15), as: UTF8.self), file)
    unsafe fclose(file)
  }
}
