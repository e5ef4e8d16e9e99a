#include "team.h"

#include <dlfcn.h>
#include <stddef.h>

// Entry points of GNU OpenMP, on which oneDNN runs; other runtimes lack them.
static void (*team_parallel)(void (*)(void *), void *, unsigned, unsigned);
static int (*team_member)(void);
static int (*team_size)(void);

__attribute__((constructor)) static void find_team(void) {
  team_parallel = (void (*)(void (*)(void *), void *, unsigned, unsigned))dlsym(RTLD_DEFAULT, "GOMP_parallel");
  team_member = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_thread_num");
  team_size = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_num_threads");
}

typedef struct {
  void (*share)(const void *work, int member, int threads);
  const void *work;
  int threads;
} call;

// The runtime may provide fewer threads than requested (OMP_THREAD_LIMIT, OMP_DYNAMIC); they also compute the shares
// of the missing ones.
static void join(void *argument) {
  const call *c = argument;
  for (int share = team_member(); share < c->threads; share += team_size()) c->share(c->work, share, c->threads);
}

void team_run(int threads, void (*share)(const void *work, int member, int threads), const void *work) {
  if (threads <= 1 || !team_parallel || !team_member || !team_size) {
    share(work, 0, 1);
    return;
  }
  call c = {share, work, threads};
  team_parallel(join, &c, (unsigned)threads, 0);
}
