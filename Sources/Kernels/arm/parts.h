// Declarations shared by the parts of the NEON kernels.
#pragma once
#include "../include/kernel.h"

#if defined(__aarch64__)
#include <arm_neon.h>

// Instructions that a function may use beyond the 64-bit ARM baseline.
#define DOT __attribute__((target("arch=armv8.2-a+dotprod")))
#define I8MM __attribute__((target("arch=armv8.2-a+i8mm")))
#define INLINE static inline __attribute__((always_inline))
// Unrolled loops whose sums must stay in registers.
#if defined(__clang__)
#define UNROLLED _Pragma("clang loop unroll(full)")
#else
#define UNROLLED _Pragma("GCC unroll 16")
#endif

// Pixels and output channels that are summed together.
enum { PIXELS = 8, OUTPUTS = 8 };

// How bytes are multiplied.
typedef enum { BY_FMA, BY_DOT, BY_MATRIX } neon_method;

// Channels of a staged pixel: a block of eight, or the three of an image and a 0.
static inline int neon_lanes(const convolution *c) { return c->is_image ? 4 : 8; }
static inline int neon_blocks(const convolution *c) { return c->is_image ? 1 : c->inputs / 8; }
// Bytes of a staged pixel of one block.
static inline int neon_pixel_bytes(const convolution *c) { return neon_lanes(c) * element_size(c->reads); }
static inline int neon_strips(const convolution *c) { return (c->outputs + OUTPUTS - 1) / OUTPUTS; }

// Bytes of the weights of eight output channels; for u8 they start with 32 bytes of initial sums.
static inline size_t neon_strip_size(const convolution *c) {
  const size_t start = c->reads == ELEMENT_U8 ? OUTPUTS * sizeof(int32_t) : 0;
  return start + (size_t)neon_blocks(c) * c->kernel * c->kernel * neon_pixel_bytes(c) * OUTPUTS;
}
static inline size_t neon_group_size(const convolution *c) { return neon_strips(c) * neon_strip_size(c); }

size_t neon_packed_size(const convolution *);
void neon_pack_f32(convolution *, const filters *, void *packed, float *factors, float *bias);
void neon_pack_dot(convolution *, const filters *, void *packed, float *factors, float *bias);
void neon_pack_matrix(convolution *, const filters *, void *packed, float *factors, float *bias);

// Where the first pixel's window starts in each of its rows, and the distance between its blocks in bytes.
typedef struct {
  const uint8_t *rows[3];
  ptrdiff_t block;
  int blocks;
} neon_operand;
// Sums of eight pixels × eight output channels, from `offset` bytes on.
typedef void neon_sum_function(
    const neon_operand *, ptrdiff_t offset, const uint8_t *weights, int32_t *sums);
neon_sum_function *neon_sums_of(const convolution *, neon_method);

// Finishes the sums of `pixels` pixels and the eight channels from `channel` on.
void neon_finish(
    const convolution *, const int32_t *sums, int pixels, int channel, uint8_t *out, const uint8_t *add);
#endif
