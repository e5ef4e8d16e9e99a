// Direct convolution: declarations shared by its harness (`direct.c`) and the bodies for each instruction set.
//
// Four bytes of input are multiplied at a time: one f32, two bf16, or four u8 by s8. A body sums some pixels × some
// output channels in registers and finishes them: factor, bias, activation, addend, narrowing.
#pragma once
#include "include/kernel.h"

// Where the first pixel's window starts in each of its rows, and the distance between its blocks in bytes.
typedef struct {
  const uint8_t *rows[3];
  ptrdiff_t block;
  int blocks;
} operand;

// Computes the sums of some pixels, whose windows start `offset` bytes after the operand's; ordered by vector of
// output channels, then pixel.
typedef void sum_function(const operand *, ptrdiff_t offset, const uint8_t *weights, void *sums);

// What the functions that also finish get in place of memory for sums: the convolution, the first output channel, and
// where its outputs are written.
typedef struct {
  const convolution *convolution;
  int channel;
  uint8_t *out;
} finish_target;

// The number of pixels whose sums fit in registers, and functions for that many, for 4, 2 and 1. Functions that finish
// the sums in registers by a `silu_curve`, for the first two numbers, or NULL.
typedef struct {
  int full;
  sum_function *of[4], *finishing[2];
} sum_steps;

// Finishes the sums of `pixels` × `width` channels from `channel` on. `out` and `add` are in blocks of eight.
typedef void finish_function(
    const convolution *, const void *sums, int pixels, int width, int channel, uint8_t *out, const uint8_t *add);

// The body for one instruction set.
typedef struct {
  int widest;  // output channels that are computed together; a remainder by half of them and so on, down to 8
  const sum_steps *(*sums_of)(const convolution *, int width);
  finish_function *(*finisher_of)(const convolution *);
  bool has_curves;  // SiLU may be approximated by lines (`silu_curve`)
  // Means of `count` groups of eight values with their right, lower and lower right neighbours; `row` is in bytes.
  void (*means)(map_element element, const uint8_t *from, ptrdiff_t row, uint8_t *to, int count);
  // Interleaves three planes of bytes to red, green, blue and 0, in bf16 or as bytes; NULL if images are read only as
  // f32.
  void (*stage_image)(map_element element, const uint8_t *from, ptrdiff_t plane, uint8_t *to, int count);
} direct_body;

// Whether the harness supports the convolution: 1×1, or 3×3 with stride 1 or 2; groups of whole blocks of channels.
bool direct_supports(const convolution *convolution);

size_t direct_packed_size(const convolution *convolution);
void direct_pack(
    const direct_body *body, convolution *convolution, const filters *filters, void *packed, float *factors, float *bias);
size_t direct_scratch_size(const convolution *convolution);
team_units direct_units(const convolution_call *call, int members);
void direct_run(const direct_body *body, const convolution_call *call, void *scratch, team_range range);

// Defines the kernel SYMBOL with BODY.
#define DIRECT_KERNEL(SYMBOL, NAME, NEEDS, SUPPORTS, BODY)                                                    \
  static void SYMBOL##_pack(convolution *c, const filters *f, void *packed, float *factors, float *bias) {    \
    direct_pack(&BODY, c, f, packed, factors, bias);                                                          \
  }                                                                                                           \
  static void SYMBOL##_run(const convolution_call *call, void *scratch, team_range range) {                   \
    direct_run(&BODY, call, scratch, range);                                                                  \
  }                                                                                                           \
  const kernel SYMBOL = {                                                                                     \
      NAME, NEEDS, SUPPORTS, direct_packed_size, SYMBOL##_pack, direct_scratch_size, direct_units, \
      SYMBOL##_run};
