// Convolution by dot products of four bytes: of four whole numbers (AVX-512 VNNI) or of two bf16 ones (AVX-512 BF16), 1×1 or
// 3×3. Its readable twin is the direct convolution of the tests.
#pragma once
#include <stdint.h>

#include "map.h"

// SiLU and rounding in one, by 64 lines: what the activation sees, in steps of `range` / 2^15, becomes numbers times 2^shift.
// None if `shift` is 0.
typedef struct {
  int16_t offsets[64], slopes[64];
  float range;
  int shift;
} dot_curve;

typedef struct {
  int height, width;        // of the outputs
  int in_height, in_width;  // of the inputs
  int groups;               // of channels that do not mix
  int inputs, outputs;  // channels of one group; multiples of eight; the outputs of a single group are filled up
  int kernel, stride, padding;  // `kernel` is 1 (and `stride` 1) or 3
  // The input is three planes of bytes (`in.block` is from one to the next), which are read as bf16; `inputs` is 3.
  bool is_picture;
  // Each input value is first replaced by the mean of it and its right, lower and lower right neighbours, which leaves one
  // row and column less: what YOLOv9 puts in front of its steps down. `in_height` and `in_width` are those before.
  bool takes_means;
  int activation;
  map_element reads;   // u8 (times s8 weights) or bf16
  map_element writes;  // any; the same for what is added; bf16 where dot_available(ELEMENT_BF16)
  uint8_t zero;        // the number in a u8 input that stands for 0
  map_layout in, out, add;  // in blocks of eight channels: `pixel` is 8, but for a picture's 1
  const void *weights;      // from dot_pack, one group after the other
  // A sum times its channel's factor, plus its channel's bias, is what the activation sees; with a curve, in its steps.
  const float *factors, *bias;
  // A u8 output is the result times `out_factor` plus `out_offset`, rounded; what is added is added after that.
  float out_factor, out_offset;
  dot_curve curve;  // from dot_make_curve
} dot_convolution;

// Whether this processor multiplies values of `element` so. When false, nothing that reads them must be called.
bool dot_available(map_element element);

// Gives a convolution to which nothing is added a curve, if it makes u8 numbers of such by SiLU and the lines miss that by no
// more than a quarter of a number: it is about as fast as no activation.
void dot_make_curve(dot_convolution *convolution);

// Bytes that dot_pack writes for one group.
size_t dot_packed_size(const dot_convolution *convolution);

// Brings the weights of one group (outputs × inputs × kernel × kernel; s8 or bf16) into the order in which they are read.
void dot_pack(const dot_convolution *convolution, const void *weights, void *packed);

// Bytes of scratch that one thread needs.
size_t dot_scratch_size(const dot_convolution *convolution);

// Computes the map on a team of `threads` (the caller is one of them). Tiles that are not asked for keep what they had.
// `scratch` has dot_scratch_size bytes for each thread, 64-byte aligned.
void dot_run(
    const dot_convolution *convolution, const void *in, void *out, const void *add, void *scratch, map_tiles tiles,
    int threads);

// The same by minimal filtering (filtering.c): fewer products, for maps of many channels.

// It is for 3×3 of step 1 and padding 1 in one group, of outputs in multiples of eight, without means.

// Bytes that dot_pack_filters writes.
size_t dot_filters_size(const dot_convolution *convolution);

// Brings weights (outputs × inputs × 3 × 3; whole numbers for u8) into the transformed domain, in the order in which they are
// read. `units` becomes what the factor of each output channel is to be multiplied by. The number for 0 takes no part in
// these sums, so that the bias is the plain one.
void dot_pack_filters(const dot_convolution *convolution, const float *weights, void *packed, float *units);

// Bytes of scratch that one thread needs.
size_t dot_filters_scratch_size(const dot_convolution *convolution);

// Computes what dot_run does, from weights of dot_pack_filters and scratch of that size.
void dot_run_filters(
    const dot_convolution *convolution, const void *in, void *out, const void *add, void *scratch, map_tiles tiles,
    int threads);
