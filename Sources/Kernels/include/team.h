// Divides work among the OpenMP threads of oneDNN: a second thread pool would compete with it for the cores.
#pragma once

// Work in `count` units of about the same cost. It is handed out in ranges of at least `grain` units.
typedef struct {
  int count, grain;
} team_units;

// Some of the units: `begin` and those up to `end`, of `count`.
typedef struct {
  int begin, end, count;
} team_range;

// Calls `run(work, member, range)` on up to `threads` threads, including the calling one, and returns when all units
// are done. Each member starts with a part of its own, from front to back, so that neighbouring units stay in the cache of
// one core. Who is done takes from the back of another's part: a core that is slower, or shared with others, delays
// nobody. A `member` (0 ..< threads) runs one range at a time. Without GNU OpenMP the calling thread computes everything.
void team_run(int threads, team_units units, void (*run)(const void *work, int member, team_range range), const void *work);
