// Shows Thread Sanitizer what Synchronization.Mutex does when it is contended; to be loaded before other libraries (LD_PRELOAD).
//
// The fast path of the mutex is an atomic operation that is compiled into the program, where the sanitizer sees it. The slow path
// is in libswiftSynchronization, which is not built with the sanitizer: a thread that waited for the mutex then seems to have
// taken it without synchronisation, and each access to the protected value is reported as a race. These functions stand in
// front of the slow path and add what the sanitizer misses: an acquire after locking, a release before unlocking. They add no
// order that the mutex itself does not give, so real races are still reported (`planted.swift` shows that).
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdbool.h>
#include <stdint.h>

#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context)) void *self

extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

#define LOCK "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define TRY_LOCK "$s15Synchronization12_MutexHandleV12_tryLockSlowSbyF"
#define UNLOCK "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"

typedef SWIFT void (*lock_function)(uint32_t, SELF);
typedef SWIFT bool (*try_lock_function)(SELF);
typedef SWIFT void (*unlock_function)(SELF);

SWIFT void lock_slow(uint32_t thread, SELF) __asm__(LOCK);
SWIFT bool try_lock_slow(SELF) __asm__(TRY_LOCK);
SWIFT void unlock_slow(SELF) __asm__(UNLOCK);

static lock_function next_lock;
static try_lock_function next_try_lock;
static unlock_function next_unlock;

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
