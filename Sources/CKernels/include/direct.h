// Convolution by direct sums, 1×1 or with a window, with the activation and an addition in the registers where the sums are.
// Its readable twin is the direct convolution of the tests.
#pragma once
#include <stdint.h>

#include "map.h"

typedef struct {
  int height, width;        // of the outputs
  int in_height, in_width;  // of the inputs
  int groups;               // of channels that do not mix
  int inputs, outputs;      // channels of one group; multiples of eight, but for `inputs` where the source is in planes
  int kernel, stride, padding;  // `kernel` is 1 (and `stride` 1) or 3
  // The inputs are planes of one channel each (`in.block` is from one channel to the next) rather than blocks of eight.
  bool is_planar;
  // Each input value is first replaced by the mean of it and its right, lower and lower right neighbours, which leaves one
  // row and column less: what YOLOv9 puts in front of its steps down. `in_height` and `in_width` are those before.
  bool takes_means;
  int activation;
  map_layout in, out, add;
  const float *weights;  // from direct_pack, one group after the other
  const float *bias;
} direct_convolution;

// Number of floats that direct_pack writes for one group.
size_t direct_packed_count(const direct_convolution *convolution);

// Brings the weights of one group (outputs × inputs × kernel × kernel) into the order in which they are read.
void direct_pack(const direct_convolution *convolution, const float *weights, float *packed);

// Floats of scratch that one thread needs.
size_t direct_scratch_count(const direct_convolution *convolution);

// Computes the map on a team of `threads` (the caller is one of them): act(conv(in) + bias) (+ add, unless NULL). With a
// window all `tiles` are computed, without one those that are asked for; others keep what they had. `scratch` has
// direct_scratch_count floats for each thread, 64-byte aligned.
void direct_run(
    const direct_convolution *convolution, const float *in, float *out, const float *add, float *scratch,
    map_tiles tiles, int threads);
