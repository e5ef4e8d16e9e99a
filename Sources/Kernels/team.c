#include "include/team.h"

#include <dlfcn.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Entry points of GNU OpenMP, on which oneDNN runs; other runtimes lack them.
static void (*team_parallel)(void (*)(void *), void *, unsigned, unsigned);
static int (*team_member)(void);

__attribute__((constructor)) static void find_team(void) {
  team_parallel = (void (*)(void (*)(void *), void *, unsigned, unsigned))dlsym(RTLD_DEFAULT, "GOMP_parallel");
  team_member = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_thread_num");
}

// What is left of a member's units: the first in the upper half, the end in the lower. One cache line each. Its partners are
// the `take` of all members; it orders nothing else, since results are published by the end of the parallel region.
typedef struct {
  _Alignas(64) _Atomic uint64_t left;
} part;

enum { THREADS_MAX = 64 };

typedef struct {
  part parts[THREADS_MAX];
  void (*run)(const void *work, int member, team_range range);
  const void *work;
  team_units units;
  int threads;
} team;

static uint64_t packed(int begin, int end) { return (uint64_t)begin << 32 | (uint32_t)end; }

// Takes half of what is left, from the front or the back, and never leaves less than a grain.
static bool take(part *p, int grain, bool is_own, team_range *taken) {
  uint64_t left = atomic_load_explicit(&p->left, memory_order_relaxed), rest;
  do {
    const int begin = (int)(left >> 32), end = (int)(uint32_t)left, count = end - begin;
    if (count <= 0) return false;
    int size = (count + 1) / 2 < grain ? grain : (count + 1) / 2;
    if (count - size < grain) size = count;
    taken->begin = is_own ? begin : end - size;
    taken->end = taken->begin + size;
    rest = is_own ? packed(taken->end, end) : packed(begin, taken->begin);
  } while (!atomic_compare_exchange_weak_explicit(&p->left, &left, rest, memory_order_relaxed, memory_order_relaxed));
  return true;
}

// The runtime may provide fewer threads than requested (OMP_THREAD_LIMIT, OMP_DYNAMIC); they take the parts of the
// missing ones, too.
static void join(void *argument) {
  team *t = argument;
  const int member = team_member();
  team_range range = {.count = t->units.count};
  for (int i = 0; i < t->threads; i++)
    while (take(&t->parts[(member + i) % t->threads], t->units.grain, i == 0, &range)) t->run(t->work, member, range);
}

void team_run(int threads, team_units units, void (*run)(const void *work, int member, team_range range), const void *work) {
  if (threads <= 1 || !team_parallel || !team_member) {
    run(work, 0, (team_range){0, units.count, units.count});
    return;
  }
  team t = {.run = run, .work = work, .units = units, .threads = threads < THREADS_MAX ? threads : THREADS_MAX};
  for (int i = 0; i < t.threads; i++)
    atomic_init(
        &t.parts[i].left, packed((int)((long)units.count * i / t.threads), (int)((long)units.count * (i + 1) / t.threads)));
  team_parallel(join, &t, (unsigned)t.threads, 0);
}
