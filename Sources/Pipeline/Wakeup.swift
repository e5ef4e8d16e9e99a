import Glibc

/// Lets one thread wait for notifications of others, with or without a time limit. Uses the monotonic clock.
///
/// One notification before the wait is remembered, however many there were. After each wake-up the waiter must handle
/// everything there is, so ten notifications can be one wake-up.
@safe
package final class Wakeup: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  /// Both guarded by `mutex`.
  private var isNotified = false
  private var isEnded = false

  package init() {
    unsafe mutex = .allocate(capacity: 1)
    unsafe condition = .allocate(capacity: 1)
    var attributes = pthread_condattr_t()
    unsafe pthread_condattr_init(&attributes)
    unsafe pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
    unsafe pthread_mutex_init(mutex, nil)
    unsafe pthread_cond_init(condition, &attributes)
    unsafe pthread_condattr_destroy(&attributes)
  }

  deinit {
    unsafe pthread_cond_destroy(condition)
    unsafe pthread_mutex_destroy(mutex)
    unsafe condition.deallocate()
    unsafe mutex.deallocate()
  }

  /// Waits until `notify` or `end` is called, or `seconds` have passed; without `seconds` there is no limit.
  ///
  /// - Returns: `false` if the time ran out.
  @discardableResult
  package func wait(seconds: Double? = nil) -> Bool {
    let until = seconds.map(Self.moment(after:))
    unsafe pthread_mutex_lock(mutex)
    defer { unsafe pthread_mutex_unlock(mutex) }
    while !isNotified, !isEnded {
      if var until {
        if unsafe pthread_cond_timedwait(condition, mutex, &until) == ETIMEDOUT { break }
      } else {
        unsafe pthread_cond_wait(condition, mutex)
      }
    }
    defer { isNotified = false }
    return isNotified || isEnded
  }

  /// Ends the current wait, or the next one.
  package func notify() {
    unsafe pthread_mutex_lock(mutex)
    isNotified = true
    unsafe pthread_cond_broadcast(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Ends the current wait and all later ones.
  package func end() {
    unsafe pthread_mutex_lock(mutex)
    isEnded = true
    unsafe pthread_cond_broadcast(condition)
    unsafe pthread_mutex_unlock(mutex)
  }

  private static func moment(after seconds: Double) -> timespec {
    var until = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &until)
    // Three years are as good as longer times, and cannot overflow. With 0 first, NaN is 0.
    let nanoseconds = until.tv_nsec + Int(min(max(0, seconds), 1e8) * 1e9)
    until.tv_sec += nanoseconds / 1_000_000_000
    until.tv_nsec = nanoseconds % 1_000_000_000
    return until
  }
}
