import CFFmpeg
import Glibc
import Synchronization

/// Ends blocking calls of libav: by hand from any thread, or when a call's time is up.
///
/// libav asks the flag about ten times a second while it waits for a network or a pipe.
public final class InterruptFlag: Sendable {
  private let interrupted = Atomic(false)
  /// Monotonic nanoseconds at which the current call has taken too long; 0 for never.
  private let deadline = Atomic<UInt64>(0)

  /// When the frames came that are read meanwhile.
  let arrivals = ArrivalRecord()
  /// Counts the bytes that libav has read so far. A closure as the value of a lock is wrapped anew whenever it is taken
  /// out, and each call then goes through all the wrappings; within a structure it stays as it is.
  private struct ByteCounter {
    let count: @Sendable () -> Int64
  }

  /// `nil` while no input is open.
  private let counter = Mutex<ByteCounter?>(nil)

  /// One that raises this one, too.
  private let parent: InterruptFlag?

  /// A flag that is not raised.
  public init() { parent = nil }

  /// A flag that is raised with `parent`, with time limits of its own.
  init(following parent: InterruptFlag) { self.parent = parent }

  /// Ends the current call and every later one. May be called from any thread, also from a signal handler's.
  public func interrupt() {
    // Partner: the load in `isInterrupted`. Nothing else is published with the flag.
    interrupted.store(true, ordering: .relaxed)
  }

  /// Whether `interrupt()` was called.
  public var isInterrupted: Bool { interrupted.load(ordering: .relaxed) || parent?.isInterrupted ?? false }

  /// Runs one blocking call that may take `seconds`.
  func withDeadline<R>(_ seconds: Double, _ call: () -> R) -> R {
    withDeadline(at: Self.deadline(in: seconds), call)
  }

  /// Runs one blocking call that must be over at `moment`.
  func withDeadline<R>(at moment: UInt64, _ call: () -> R) -> R {
    // Partner: the load in `shouldStop`, on this thread or on one that libav started for this call.
    deadline.store(moment, ordering: .relaxed)
    defer { deadline.store(0, ordering: .relaxed) }
    return call()
  }

  /// The moment in `seconds` from now, for calls that share their time.
  static func deadline(in seconds: Double) -> UInt64 { now() &+ UInt64(min(max(seconds, 0), 1e9) * 1e9) }

  /// Whether libav should give up now.
  var shouldStop: Bool {
    if isInterrupted { return true }
    let limit = deadline.load(ordering: .relaxed)
    return limit != 0 && Self.now() > limit
  }

  /// Has the arrivals of bytes recorded, which `count` counts; `nil` ends that. Called on the thread that reads.
  func recordBytes(_ count: (@Sendable () -> Int64)?) {
    counter.withLock { $0 = count.map { ByteCounter(count: $0) } }
  }

  /// libav is about to wait for bytes, or has waited.
  func seeWait() {
    guard let count = counter.withLock({ $0 })?.count() else { return }
    arrivals.wait(at: Self.now(), after: count)
  }

  /// Monotonic clock in nanoseconds.
  static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// The flag as libav takes it; it must outlive what it is given to.
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
