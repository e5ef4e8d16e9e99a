import CFFmpeg
import Glibc
import Synchronization

/// Interrupts blocking calls of libav: from any thread, or when a call's time is up.
///
/// libav checks the flag about ten times per second while it waits for a network or a pipe.
package final class InterruptFlag: Sendable {
  private let interrupted = Atomic(false)
  /// Time limit of the current call in monotonic nanoseconds; 0 for none.
  private let deadline = Atomic<UInt64>(0)

  /// Arrival times of the frames being read.
  let arrivals = ArrivalRecord()
  /// Counts the bytes that libav has read. Swift wraps a closure that is the value of a lock again each time it is read, so
  /// that each call goes through all wrappers; a closure within a structure is not wrapped.
  private struct ByteCounter {
    let count: @Sendable () -> Int64
  }

  /// `nil` while no input is open.
  private let counter = Mutex<ByteCounter?>(nil)

  /// A flag that raises this one, too.
  private let parent: InterruptFlag?

  /// A flag that is not raised.
  package init() { parent = nil }

  /// A flag that is also raised by `parent`, with its own time limits.
  init(following parent: InterruptFlag) { self.parent = parent }

  /// Interrupts the current call and all later ones. Can be called on any thread and in a signal handler.
  package func interrupt() {
    // Partner: the load in `isInterrupted`. Nothing else is published with the flag.
    interrupted.store(true, ordering: .relaxed)
  }

  /// Whether `interrupt()` was called.
  package var isInterrupted: Bool { interrupted.load(ordering: .relaxed) || parent?.isInterrupted ?? false }

  /// Runs a blocking call with a limit of `seconds`.
  func withDeadline<R>(_ seconds: Double, _ call: () -> R) -> R {
    withDeadline(at: Self.deadline(in: seconds), call)
  }

  /// Runs a blocking call with the time limit `moment`.
  func withDeadline<R>(at moment: UInt64, _ call: () -> R) -> R {
    // Partner: the load in `shouldStop`, on this thread or on one that libav started for this call.
    deadline.store(moment, ordering: .relaxed)
    defer { deadline.store(0, ordering: .relaxed) }
    return call()
  }

  /// The moment in `seconds` from now, for calls that share a limit; now for NaN, which is why 0 comes first.
  static func deadline(in seconds: Double) -> UInt64 { now() &+ UInt64(min(max(0, seconds), 1e9) * 1e9) }

  /// Whether libav should give up now.
  var shouldStop: Bool {
    if isInterrupted { return true }
    let limit = deadline.load(ordering: .relaxed)
    return limit != 0 && Self.now() > limit
  }

  /// Starts to record the arrivals of bytes, counted by `count`; `nil` stops it. Call it on the reading thread.
  func recordBytes(_ count: (@Sendable () -> Int64)?) {
    counter.withLock { $0 = count.map { ByteCounter(count: $0) } }
  }

  /// libav is about to wait for bytes, or has waited.
  func seeWait() {
    guard let count = counter.withLock({ $0 })?.count() else { return }
    arrivals.wait(at: Self.now(), after: count)
  }

  /// The monotonic clock in nanoseconds.
  static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// The flag as a libav callback; the flag must outlive its user.
  var callback: AVIOInterruptCB {
    unsafe AVIOInterruptCB(
      callback: { opaque in
        guard let opaque = unsafe opaque else { return 0 }
        let flag = unsafe Unmanaged<InterruptFlag>.fromOpaque(opaque).takeUnretainedValue()
        flag.seeWait()
        return flag.shouldStop || LogBridge.redirection != nil ? 1 : 0
      }, opaque: Unmanaged.passUnretained(self).toOpaque())
  }
}
