// Pooling and upsampling: divides rows of blocks among a team.
#include <string.h>

#include "include/map.h"
#include "include/processor.h"
#include "move_rows.h"
#include "include/team.h"

// Output rows of all blocks.
static team_units rows_of(const map_move *move) { return (team_units){move->blocks * move->height, 8}; }

static void run_rows(const move_work *work, team_range range, pool_row *row) {
  const map_move *m = work->move;
  const int size = element_size(m->element);
  for (int index = range.begin; index < range.end; index++) {
    const int block = index / m->height, y = index % m->height;
    row(work, work->in + block * m->in.block * size, y, work->out + (block * m->out.block + y * m->out.row) * size);
  }
}

// `size` is the size of eight values.
static inline void upsample(const move_work *work, const uint8_t *in, int y, uint8_t *out, const int size) {
  const map_move *m = work->move;
  in += y / work->factor * m->in.row * size / 8;
  for (int x = 0; x < m->in_width; x++, in += m->in.pixel * size / 8)
    for (int i = 0; i < work->factor; i++, out += m->out.pixel * size / 8) memcpy(out, in, size);
}

static void upsample_row(const move_work *work, const uint8_t *in, int y, uint8_t *out) {
  if (work->move->element == ELEMENT_U8) upsample(work, in, y, out, 8);
  else upsample(work, in, y, out, 16);
}

static void upsample_range(const void *work, int member, team_range range) {
  (void)member;
  run_rows(work, range, upsample_row);
}

void move_upsample(const map_move *move, int factor, const void *in, void *out, int threads) {
  const move_work work = {move, NULL, factor, in, out};
  team_run(threads, rows_of(move), upsample_range, &work);
}

static void pool_range(const void *argument, int member, team_range range) {
  (void)member;
  const move_work *work = argument;
#if defined(__x86_64__)
  if (this_processor()->usable & INSTRUCTIONS_AVX2)
    return run_rows(work, range, pool_row_avx2(work->move, work->window));
#elif defined(__aarch64__)
  if (this_processor()->usable & INSTRUCTIONS_NEON)
    return run_rows(work, range, pool_row_neon(work->move, work->window));
#endif
  run_rows(work, range, pool_row_reference(work->move, work->window));
}

const char *move_pool_name(void) {
#if defined(__x86_64__)
  if (this_processor()->usable & INSTRUCTIONS_AVX2) return "pool:avx2";
#endif
  return "pool:reference";
}

void move_pool(const map_move *move, const map_window *window, const void *in, void *out, int threads) {
  const move_work work = {move, window, 1, in, out};
  team_run(threads, rows_of(move), pool_range, &work);
}
