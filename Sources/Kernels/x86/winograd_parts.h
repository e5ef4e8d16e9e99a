// What the parts of winograd.c share.
#pragma once
#include "../silu_curve.h"
#include "finish.h"
#include "attributes.h"

// Bytes from one vector, of a quad's inputs or of weights or sums, to the next.
enum { LINE = 64 };
// Side of a tile's window, and the most output channels that are computed together.
enum { WINDOW = 6, OUTPUTS_MAX = 32 };

static inline bool is_whole(const convolution *c) { return c->reads == ELEMENT_U8; }
// Numbers of a transformed filter, which is square.
static inline int position_side(const convolution *c) { return is_whole(c) ? 6 : 4; }
static inline int position_count(const convolution *c) { return position_side(c) * position_side(c); }

// Output channels are computed 32 at a time, as in direct.c; what is left by 16, filled up with zeros.
static inline int filled_outputs(const convolution *c) { return (c->outputs + 15) / 16 * 16; }
static inline int filter_strip_width(int left) { return left > 16 ? OUTPUTS_MAX : 16; }
// Bytes of the weights of `width` output channels.
static inline size_t filter_strip_size(const convolution *c, int width) {
  return (size_t)position_count(c) * c->inputs * width * sizeof(int16_t);
}

// A row or column of a transformed filter of bytes is divided by this before it is rounded, so that all of them use their bits
// alike: the first, the next two, two more; the last by 1.
#define SHARE_0 .25f
#define SHARE_1 .3f
#define SHARE_3 .15f

size_t winograd_packed_size(const convolution *convolution);
void winograd_pack(convolution *convolution, const filters *filters, void *packed, float *factors, float *bias);

#if defined(__x86_64__)
// Eight channels of a tile's window: its first pixel, and bytes from one row to the next.
typedef struct {
  const uint8_t *at;
  ptrdiff_t row;
} window;

// Eight channels of a quad to all positions, `stride` bytes apart: four tiles of bytes, or the quarters of one tile of bf16.
void winograd_spread_bytes(const window windows[4], int zero, uint8_t *to, size_t stride);
void winograd_spread_reals(window w, uint8_t *to, size_t stride);

// Sums over all input channels at one position, for `quads` × 4 rows and `vectors` × 16 output channels. `quad` bytes are from
// one quad's inputs to the next.
void winograd_multiply_bytes(
    const uint8_t *in, size_t quad, int quads, int blocks, const uint8_t *weights, uint8_t *sums, int vectors);
void winograd_multiply_reals(
    const uint8_t *in, size_t quad, int quads, int blocks, const uint8_t *weights, uint8_t *sums, int vectors);

// Sixteen channels of one tile's sums to its outputs, row by row. Sums of the four quarters are `quarter` bytes apart.
void winograd_gather_bytes(const uint8_t *sums, size_t stride, float to[TILE * TILE][16]);
void winograd_gather_reals(const uint8_t *sums, size_t stride, size_t quarter, float to[TILE * TILE][16]);
#endif
