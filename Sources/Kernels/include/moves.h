// What moves or compares the values of maps in bf16 or u8 whose channels lie in blocks of eight (`pixel` is 8).
#pragma once
#include "map.h"

typedef struct {
  map_element element;      // of both maps, bf16 or u8
  int blocks;               // of eight channels
  int height, width;        // of the outputs
  int in_height, in_width;  // of the inputs
  map_layout in, out;
} map_move;

// Largest value, or mean, under a window that slides over the map. Padding counts for nothing.
typedef struct {
  int kernel, stride, padding;
  bool is_maximum;
} map_window;

// What pools on this processor, such as `pool:avx2`.
const char *move_pool_name(void);

// On a team of `threads`, as the rest.
void move_pool(const map_move *move, const map_window *window, const void *in, void *out, int threads);

// Each value `factor` × `factor` times.
void move_upsample(const map_move *move, int factor, const void *in, void *out, int threads);
