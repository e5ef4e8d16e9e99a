// Work shared among threads: the library's own team, as another pool of threads would fight with it for the cores.
#pragma once

// Calls `share(work, member, threads)` once for each `member` from 0 on of `threads`, on as many threads as there are to be
// had (the caller is one of them), and returns when all is done. Scratch memory belongs to a member, not to a thread. Where
// GNU OpenMP is not underneath, the calling thread does everything: `share(work, 0, 1)`.
void team_run(int threads, void (*share)(const void *work, int member, int threads), const void *work);
