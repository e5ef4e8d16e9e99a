// The definition of a convolution, independent of the kernel that computes it.
#pragma once
#include <stdint.h>

#include "map.h"

// Activation functions.
enum { ACTIVATION_LINEAR = 0, ACTIVATION_SILU = 1, ACTIVATION_RELU = 2 };

// SiLU and quantisation to u8 in one step, by 64 linear pieces: maps the activation's input, in units of `range` /
// 2^15, to the quantised result times 2^shift. Unused if `shift` is 0.
typedef struct {
  int16_t offsets[64], slopes[64];
  float range;
  int shift;
} silu_curve;

// activation(sum × factor + bias) (+ addend) over a window of the input; factor and bias are per output channel.
typedef struct {
  int height, width;            // of the output; 0 if a kernel is chosen before they are known
  int in_height, in_width;      // of the input; likewise
  int groups;                   // of channels
  int inputs, outputs;          // channels of one group
  int kernel, stride, padding;  // the same in both directions
  int activation;
  bool is_image;  // the input is planar (stride `in.block`): bytes, or floats if `reads` is f32
  // Each input value is first replaced by the mean of it and its right, lower and lower right neighbours, which
  // reduces height and width by one, as YOLOv9 does before downsampling. `in_height` and `in_width` are those before
  // it.
  bool takes_means;
  bool has_addend;
  map_element reads;   // type that is multiplied: f32, bf16, or u8 by weights of s8
  map_element writes;  // type of the output and of the addend
  uint8_t zero_point;  // of a u8 input; 0 for an image
  // A u8 output is the result times `out_factor` plus `out_offset`, rounded and saturated. The addend has the same
  // scale; it is added before rounding and contributes its own zero point.
  float out_factor, out_offset;
  map_layout in, out, add;

  // Set by convolution_prepare.
  const void *weights;
  const float *factors, *bias;  // padded to whole vectors
  silu_curve curve;
} convolution;

// Unpacked weights: floats with integer values from -127 to 127 if the convolution reads u8. The taps of a filter are
// contiguous; the strides are in floats.
typedef struct {
  const float *values;
  ptrdiff_t group, output, input;
  bool is_rotated;  // taps in reverse order: with inputs and outputs swapped, the convolution for input gradients
} filters;

// The weight of one tap; `output` and `input` are indices in their group.
static inline float filter_at(const filters *f, const convolution *c, int group, int output, int input, int tap) {
  const int last = c->kernel * c->kernel - 1;
  return f->values[group * f->group + output * f->output + input * f->input + (f->is_rotated ? last - tap : tap)];
}

// A convolution with its operands.
typedef struct {
  const convolution *convolution;
  const void *in, *add;
  void *out;
  map_tiles tiles;  // other tiles may keep their previous values
} convolution_call;

// Number of tiles of the whole output.
static inline int tile_columns(const convolution *c) { return (c->width + TILE - 1) / TILE; }
static inline int tile_count(const convolution *c) { return tile_columns(c) * ((c->height + TILE - 1) / TILE); }

// Upper left output of selected tile `index`.
typedef struct {
  int top, left;
} tile_place;
static inline tile_place place_of(const convolution_call *call, int index) {
  const int number = call->tiles.numbers ? call->tiles.numbers[index] : index, columns = tile_columns(call->convolution);
  return (tile_place){number / columns * TILE, number % columns * TILE};
}
