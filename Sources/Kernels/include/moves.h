// Pooling and upsampling of bf16 or u8 maps in blocks of eight channels (`pixel` is 8).
#pragma once
#include "map.h"

typedef struct {
  map_element element;      // of both maps, bf16 or u8
  int blocks;               // of eight channels
  int height, width;        // of the outputs
  int in_height, in_width;  // of the inputs
  map_layout in, out;
} map_move;

// Max or average pooling. Padding is ignored.
typedef struct {
  int kernel, stride, padding;
  bool is_maximum;
} map_window;

// Name of the pooling implementation on this processor, such as `pool:avx2`.
const char *move_pool_name(void);

// On a team of `threads`, like all functions here.
void move_pool(const map_move *move, const map_window *window, const void *in, void *out, int threads);

// Nearest-neighbour upsampling.
void move_upsample(const map_move *move, int factor, const void *in, void *out, int threads);
