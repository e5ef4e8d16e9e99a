#include "team.h"

#include <dlfcn.h>
#include <stddef.h>

// Entry points of GNU OpenMP, which oneDNN runs on; another runtime has others.
static void (*team_parallel)(void (*)(void *), void *, unsigned, unsigned);
static int (*team_member)(void);

__attribute__((constructor)) static void find_team(void) {
  team_parallel = (void (*)(void (*)(void *), void *, unsigned, unsigned))dlsym(RTLD_DEFAULT, "GOMP_parallel");
  team_member = (int (*)(void))dlsym(RTLD_DEFAULT, "omp_get_thread_num");
}

typedef struct {
  void (*share)(const void *work, int member, int threads);
  const void *work;
  int threads;
} call;

static void join(void *argument) {
  const call *c = argument;
  c->share(c->work, team_member(), c->threads);
}

void team_run(int threads, void (*share)(const void *work, int member, int threads), const void *work) {
  if (threads <= 1 || !team_parallel || !team_member) {
    share(work, 0, 1);
    return;
  }
  call c = {share, work, threads};
  team_parallel(join, &c, (unsigned)threads, 0);
}
