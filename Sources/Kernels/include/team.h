// Divides work among the OpenMP threads of oneDNN: a second thread pool would compete with it for the cores.
#pragma once

// Calls `share(work, member, threads)` once for each `member` of `threads`, on as many threads as the runtime
// provides, including the calling one, and returns when all are done. Scratch memory belongs to a member, not to a
// thread. Without GNU OpenMP the calling thread computes everything: `share(work, 0, 1)`.
void team_run(int threads, void (*share)(const void *work, int member, int threads), const void *work);
