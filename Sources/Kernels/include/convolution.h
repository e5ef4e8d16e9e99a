// What a convolution computes, whatever kernel computes it.
#pragma once
#include <stdint.h>

#include "map.h"

// What becomes of a sum.
enum { ACTIVATION_LINEAR = 0, ACTIVATION_SILU = 1, ACTIVATION_RELU = 2 };

// SiLU and rounding to u8 in one, by 64 straight lines: what the activation sees, in units of `range` / 2^15, becomes the
// quantised result times 2^shift. None if `shift` is 0.
typedef struct {
  int16_t offsets[64], slopes[64];
  float range;
  int shift;
} silu_curve;

// activation(sum × factor + bias) (+ addend) over a window of the input; factors and biases are per output channel.
typedef struct {
  int height, width;            // of the output; 0 where a kernel is chosen before they are known
  int in_height, in_width;      // of the input; the same
  int groups;                   // of channels that do not mix
  int inputs, outputs;          // channels of one group
  int kernel, stride, padding;  // the same in both directions
  int activation;
  bool is_image;  // the input is planes (`in.block` is from one to the next): of bytes, or of floats if `reads` is f32
  // Each input value is first replaced by the mean of it and its right, lower and lower right neighbours, which leaves one
  // row and column less: what YOLOv9 puts in front of its downsampling. `in_height` and `in_width` are those before.
  bool takes_means;
  bool has_addend;
  map_element reads;   // what is multiplied: f32, bf16, or u8 by weights of s8
  map_element writes;  // of the output and of the addend
  uint8_t zero_point;  // of a u8 input
  // A u8 output is the result times `out_factor` plus `out_offset`, rounded and saturated; the addend, which has the same
  // scale, is added before rounding and brings its own zero point.
  float out_factor, out_offset;
  map_layout in, out, add;

  // From convolution_prepare.
  const void *weights;
  const float *factors, *bias;  // padded, so that whole vectors of both may be read
  silu_curve curve;
} convolution;

// Weights as a model has them: integers from -127 to 127 where the convolution reads u8. The taps of a filter lie
// together; the other distances are in floats.
typedef struct {
  const float *values;
  ptrdiff_t group, output, input;
  bool is_rotated;  // taps from last to first: with inputs and outputs exchanged, the convolution that brings gradients back
} filters;

// The weight of one tap; `output` and `input` are numbers in their group.
static inline float filter_at(const filters *f, const convolution *c, int group, int output, int input, int tap) {
  const int last = c->kernel * c->kernel - 1;
  return f->values[group * f->group + output * f->output + input * f->input + (f->is_rotated ? last - tap : tap)];
}

// A convolution with its operands.
typedef struct {
  const convolution *convolution;
  const void *in, *add;
  void *out;
  map_tiles tiles;  // tiles that are not asked for may keep what they had
} convolution_call;

// Tiles of the whole output.
static inline int tile_columns(const convolution *c) { return (c->width + TILE - 1) / TILE; }
static inline int tile_count(const convolution *c) { return tile_columns(c) * ((c->height + TILE - 1) / TILE); }

// Upper left output of tile `index` of those that are asked for.
typedef struct {
  int top, left;
} tile_place;
static inline tile_place place_of(const convolution_call *call, int index) {
  const int number = call->tiles.numbers ? call->tiles.numbers[index] : index, columns = tile_columns(call->convolution);
  return (tile_place){number / columns * TILE, number % columns * TILE};
}
