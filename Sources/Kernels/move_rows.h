// The interface between moves.c and the pooling kernels: rows of outputs.
#pragma once
#include <stdint.h>

#include "include/moves.h"

typedef struct {
  const map_move *move;
  const map_window *window;
  int factor;
  const uint8_t *in;
  uint8_t *out;
} move_work;

// Computes row `y` of the outputs of one block of eight channels at `in`.
typedef void pool_row(const move_work *work, const uint8_t *in, int y, uint8_t *out);

pool_row *pool_row_avx2(const map_move *move, const map_window *window);
// NULL for means, and for wide windows.
pool_row *maximum_row_avx2(const map_move *move, const map_window *window);
pool_row *pool_row_neon(const map_move *move, const map_window *window);
pool_row *pool_row_reference(const map_move *move, const map_window *window);
