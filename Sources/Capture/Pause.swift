import Glibc

/// A wait that another thread can end.
@safe
package final class Pause: @unchecked Sendable {
  private let mutex: UnsafeMutablePointer<pthread_mutex_t>
  private let condition: UnsafeMutablePointer<pthread_cond_t>
  /// Guarded by `mutex`; once set, no wait lasts.
  private var isOver = false

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

  /// Waits until `seconds` have passed on the monotonic clock or somebody calls `end`.
  package func wait(seconds: Double) {
    var until = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &until)
    let nanoseconds = until.tv_nsec + Int(min(max(seconds, 0), 1e8) * 1e9)
    until.tv_sec += nanoseconds / 1_000_000_000
    until.tv_nsec = nanoseconds % 1_000_000_000
    unsafe pthread_mutex_lock(mutex)
    while !isOver, unsafe pthread_cond_timedwait(condition, mutex, &until) != ETIMEDOUT {}
    unsafe pthread_mutex_unlock(mutex)
  }

  /// Ends the wait under way and all later ones.
  package func end() {
    unsafe pthread_mutex_lock(mutex)
    isOver = true
    unsafe pthread_cond_broadcast(condition)
    unsafe pthread_mutex_unlock(mutex)
  }
}
