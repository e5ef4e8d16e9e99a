import Dispatch
import Glibc
import Synchronization

/// Runs a call that may block in the system, where no flag reaches it, on a thread that can be left behind: looking up a
/// name, opening a file on a server that is gone, or a device.
enum AbandonableCall {
  /// Threads that were left behind and have not come back.
  private static let abandonedCount = Atomic(0)
  /// Most of them: what hangs for ever must not take the process's threads one by one.
  private static let limit = 64

  /// Why there is no result.
  enum Failure: Error {
    /// The call did not end in time; its result will be thrown away.
    case abandoned
    /// There is no thread for it, or too many were left behind.
    case noThread
  }

  /// What two threads have in common: the result, and whether somebody still wants it.
  private final class Meeting<Value: Sendable>: Sendable {
    let state = Mutex<State>(State())
    let hasEnded = DispatchSemaphore(value: 0)

    struct State {
      var value: Value?
      var isAbandoned = false
    }
  }

  private final class Work: Sendable {
    let run: @Sendable () -> Void
    init(_ run: @escaping @Sendable () -> Void) { self.run = run }
  }

  /// The result of `call`, which has until `deadline` in monotonic nanoseconds and shortly after `interrupt`.
  static func run<Value: Sendable>(
    until deadline: UInt64, interrupt: InterruptFlag, _ call: @escaping @Sendable () -> Value
  ) throws(Failure) -> Value {
    // Relaxed: a limit that need not be met to the thread.
    guard abandonedCount.load(ordering: .relaxed) < limit else { throw .noThread }
    let meeting = Meeting<Value>()
    let work = Work {
      let value = call()
      let isAbandoned = meeting.state.withLock { state in
        if !state.isAbandoned { state.value = value }
        return state.isAbandoned
      }
      if isAbandoned { abandonedCount.wrappingSubtract(1, ordering: .relaxed) }
      meeting.hasEnded.signal()
    }
    guard start(work) else { throw .noThread }
    // What heeds the flag has a moment to say so itself.
    let grace: UInt64 = 500_000_000
    var end = deadline &+ grace
    while meeting.hasEnded.wait(timeout: .now() + .milliseconds(50)) == .timedOut {
      let now = InterruptFlag.now()
      if interrupt.isInterrupted { end = min(end, now &+ grace) }
      if now > end { break }
    }
    let value = meeting.state.withLock { state in
      let value = state.value.take()
      if value == nil { state.isAbandoned = true }
      return value
    }
    guard let value else {
      abandonedCount.wrappingAdd(1, ordering: .relaxed)
      throw .abandoned
    }
    return value
  }

  private static func start(_ work: Work) -> Bool {
    var thread = pthread_t()
    let opaque = unsafe Unmanaged.passRetained(work).toOpaque()
    let status = unsafe pthread_create(
      &thread, nil,
      { opaque in
        guard let opaque = unsafe opaque else { return nil }
        unsafe Unmanaged<Work>.fromOpaque(opaque).takeRetainedValue().run()
        return nil
      }, opaque)
    guard status == 0 else {
      unsafe Unmanaged<Work>.fromOpaque(opaque).release()
      return false
    }
    pthread_detach(thread)
    return true
  }
}
