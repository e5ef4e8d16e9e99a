// Convolution 3×3, step 1, padding 1, by Winograd's minimal filtering F(4×4, 3×3) (Lavin & Gray 2016): a quarter of the
// multiplications of the direct way. Its readable twin is the direct convolution of the tests.
#pragma once
#include "map.h"

typedef struct {
  int height, width;
  int groups;           // of channels that do not mix
  int inputs, outputs;  // channels of one group, multiples of eight
  int activation;
  int chunk;  // tiles of 4×4 outputs that are worked on together, up to winograd_chunk_limit
  map_layout in, out, add;
  const float *weights;  // from winograd_pack, one group after the other
  const float *bias;  // or NULL
} winograd_convolution;

// Number of floats that winograd_pack writes for one group.
size_t winograd_packed_count(int inputs, int outputs);

// Filters of 3×3 numbers, `output` floats from one output channel to the next and `input` from one input channel to the
// next. `is_turned` reads each by half a turn: with the two steps exchanged that is the convolution which brings gradients
// back.
typedef struct {
  const float *values;
  ptrdiff_t output, input;
  bool is_turned;
} winograd_filters;

// Brings the filters of one group into the transformed domain, in the order in which they are read.
void winograd_pack(const winograd_filters *filters, int inputs, int outputs, float *packed);

// How many tiles the second-level cache holds the inputs of, where one has so many channels in a group.
int winograd_chunk_limit(int inputs);

// Tiles of the whole map.
int winograd_tile_count(const winograd_convolution *convolution);

// Floats of scratch that one thread needs.
size_t winograd_scratch_count(const winograd_convolution *convolution);

// Computes the map on a team of `threads` (the caller is one of them): act(conv(in) + bias) (+ add, unless NULL). Tiles that
// are not asked for keep what they had. `scratch` has winograd_scratch_count floats for each thread, 64-byte aligned.
void winograd_run(
    const winograd_convolution *convolution, const float *in, float *out, const float *add, float *scratch,
    map_tiles tiles, int threads);
