import Glibc

/// A thread that runs the tasks which prefer it, so that their work may block without holding up anyone else.
///
/// Its owner ends it with `join()`, after the last task on it. A thread that loses its last reference without that would
/// go on unseen, so it ends the process: a mistake in the program, never of what comes from outside.
@safe
public final class WorkThread: TaskExecutor, Sendable {
  private let loop: Loop
  private let handle = Locked<pthread_t?>(nil)

  /// Starts a thread. The first 15 bytes of `name` are its name for the system. Throws `noThread` where the system gives
  /// none.
  public init(name: String) throws(PipelineError) {
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

  /// Runs `job` on the thread, after those that came before it.
  public func enqueue(_ job: consuming ExecutorJob) {
    unsafe loop.add(.task(UnownedJob(job), asUnownedTaskExecutor()))
  }

  /// Runs `work` on the thread, after what came before it: for work that is no task.
  package func run(_ work: @escaping @Sendable () -> Void) { loop.add(.work(work)) }

  /// Ends the thread once it has run what was enqueued, and waits for that.
  public func join() {
    guard let handle = handle.withLock({ $0.take() }) else { return }
    loop.end()
    pthread_join(handle, nil)
  }
}

/// What the thread runs. It does not keep the owner alive, so that a forgotten owner is noticed.
@safe
private final class Loop: @unchecked Sendable {
  @safe
  enum Job {
    case work(@Sendable () -> Void)
    /// A task keeps the executor that it prefers until it has ended.
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
  private let queue = Locked(Queue())
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

  /// Lets `top` and debuggers show the name; `pthread_setname_np` is an extension that Swift's Glibc leaves out.
  private func showName() {
    guard let file = unsafe fopen("/proc/thread-self/comm", "w") else { return }
    unsafe fputs(String(decoding: name.utf8.prefix(15), as: UTF8.self), file)
    unsafe fclose(file)
  }
}
