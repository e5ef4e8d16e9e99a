import Glibc
import Synchronization

/// Suspends one thread until another wakes it.
///
/// One wake-up before `park` is remembered, so none is lost. `park` may also return for an old wake-up, so the caller
/// checks its condition again. One thread parks; any thread may unpark.
@safe
final class Parker: @unchecked Sendable {
  private enum State: UInt8, AtomicRepresentable { case idle, parked, notified }

  private let state = Atomic<State>(.idle)
  private let semaphore: UnsafeMutablePointer<sem_t>

  init() {
    unsafe semaphore = .allocate(capacity: 1)
    unsafe sem_init(semaphore, 0, 0)
  }

  deinit {
    unsafe sem_destroy(semaphore)
    unsafe semaphore.deallocate()
  }

  /// Waits for a wake-up; returns at once if there was one since the last `park`.
  func park() {
    // Acquiring, pairs with the releasing exchange in `unpark`: writes before the wake-up are visible on return.
    let (parked, before) = state.compareExchange(expected: .idle, desired: .parked, ordering: .acquiring)
    if parked {
      // A signal handler may interrupt the wait; the waker posts exactly once for each `parked` it replaces.
      while unsafe sem_wait(semaphore) != 0 && errno == EINTR {}
    } else {
      assert(before == .notified, "two threads parked on one parker")
    }
    // Acquiring, pairs as above: a second waker may have written since.
    _ = state.exchange(.idle, ordering: .acquiring)
  }

  /// Wakes the parked thread, or the next one to park.
  func unpark() {
    // Releasing, pairs with the acquiring operations in `park`. An exchange even when already notified: the parking
    // thread must read this write, or it could consume an older wake-up and miss what was written before this one.
    if state.exchange(.notified, ordering: .releasing) == .parked { unsafe sem_post(semaphore) }
  }
}
