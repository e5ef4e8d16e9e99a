// Work shared among threads: the library's own team, as another pool of threads would fight with it for the cores.
#pragma once

// Calls `share(work, member, threads)` once for each of `threads` members (the caller is one of them) and returns when all
// have. Where GNU OpenMP is not underneath, the calling thread does everything: `share(work, 0, 1)`.
void team_run(int threads, void (*share)(const void *work, int member, int threads), const void *work);
