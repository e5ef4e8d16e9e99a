import Dispatch
import Glibc
import Synchronization

/// Runs a call that may block in the system without a way to interrupt it (name lookup, opening a file on an
/// unreachable server, or a device) on a thread that can be abandoned.
enum AbandonableCall {
  /// Abandoned threads that have not returned.
  private static let abandonedCount = Atomic(0)
  /// Limit of abandoned threads, so that calls that hang do not use up all threads.
  private static let limit = 64

  /// Why there is no result.
  enum Failure: Error {
    /// The call did not return in time; its result will be discarded.
    case abandoned
    /// No thread could be created, or too many are abandoned.
    case noThread
  }

  /// State shared by the two threads: the result, and whether it is still needed.
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

  /// The result of `call`, unless it takes until `deadline` (monotonic nanoseconds) or `interrupt` is raised.
  static func run<Value: Sendable>(
    until deadline: UInt64, interrupt: InterruptFlag, _ call: @escaping @Sendable () -> Value
  ) throws(Failure) -> Value {
    // Relaxed: the limit need not be exact.
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
    // A call that checks the flag gets a moment to return its own error.
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
