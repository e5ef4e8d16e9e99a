// Shows Thread Sanitizer how Swift's libraries, which are not built with it, order threads; to be loaded before other libraries
// (LD_PRELOAD). It adds no order that the libraries do not give, so real races are still reported (`planted.swift` shows that).
//
// Synchronization.Mutex: its fast path is an atomic operation that is compiled into the program, where the sanitizer sees it; the
// slow path is in libswiftSynchronization. A thread that waited for the mutex then seems to have taken it without synchronisation,
// and each access to the protected value is reported. So there is an acquire after locking, and a release before unlocking.
//
// Reference counts: the atomic operations are in libswiftCore. The last owner of an object then seems to end it while others still
// use it, and what its deinit does, such as returning memory to a pool, is reported. So each release of a reference is a release,
// and the last one an acquire, too.
#define _GNU_SOURCE
#include <dlfcn.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self
#define COUNTING __attribute__((preserve_most))

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));
extern bool swift_isUniquelyReferenced_nonNull_native(const void *) __attribute__((weak));

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void (*lock_function)(uint32_t, SELF);
typedef SWIFT bool (*try_lock_function)(SELF);
typedef SWIFT void (*unlock_function)(SELF);
typedef COUNTING void (*release_function)(void *);

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool try_lock_slow(SELF) __asm__(TRY_LOCK);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK);

static lock_function next_lock;
static try_lock_function next_try_lock;
static unlock_function next_unlock;
static release_function next_release;

__attribute__((constructor)) static void find_library(void) {
  next_lock = (lock_function)dlsym(RTLD_NEXT, LOCK);
  next_try_lock = (try_lock_function)dlsym(RTLD_NEXT, TRY_LOCK);
  next_unlock = (unlock_function)dlsym(RTLD_NEXT, UNLOCK);
}

SWIFT void lock_slow(uint32_t thread, SELF) {
  next_lock(thread, self);
  if (__tsan_acquire) __tsan_acquire(self);
}

SWIFT bool try_lock_slow(SELF) {
  bool is_locked = next_try_lock(self);
  if (is_locked && __tsan_acquire) __tsan_acquire(self);
  return is_locked;
}

SWIFT void unlock_slow(SELF) {
  if (__tsan_release) __tsan_release(self);
  next_unlock(self);
}

// One of these is locked while a reference is released that is not the last: otherwise two threads could each see the other's
// reference, and the later one would end the object without an acquire. An object ends outside of the lock.
static atomic_flag locks[1024];

COUNTING void swift_release(void *object) {
  // Libraries release objects before this one is initialised.
  if (!next_release) next_release = (release_function)dlsym(RTLD_NEXT, "swift_release");
  // Other values are no objects.
  if (!__tsan_release || (intptr_t)object <= 0) return next_release(object);
  atomic_flag *lock = &locks[(uintptr_t)object / 16 % 1024];
  while (atomic_flag_test_and_set_explicit(lock, memory_order_acquire)) sched_yield();
  __tsan_release(object);
  bool is_last = swift_isUniquelyReferenced_nonNull_native(object);
  if (!is_last) next_release(object);
  atomic_flag_clear_explicit(lock, memory_order_release);
  if (!is_last) return;
  __tsan_acquire(object);
  next_release(object);
}
