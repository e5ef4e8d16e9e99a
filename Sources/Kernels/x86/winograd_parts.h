// Shared by the parts of winograd.c.
#pragma once
#include "../silu_curve.h"
#include "attributes.h"
#include "curve.h"
#include "finish.h"

// Bytes between vectors of a quad's inputs, of weights or of sums.
enum { LINE = 64 };
// Side of a tile's window, and the most output channels that are computed together.
enum { WINDOW = 6, OUTPUTS_MAX = 32 };

static inline bool is_whole(const convolution *c) { return c->reads == ELEMENT_U8; }
// Values of a transformed filter, which is square.
static inline int position_side(const convolution *c) { return is_whole(c) ? 6 : 4; }
static inline int position_count(const convolution *c) { return position_side(c) * position_side(c); }

// Output channels are computed 32 at a time, as in direct.c; the remainder 16 at a time, padded with zeros.
static inline int filled_outputs(const convolution *c) { return (c->outputs + 15) / 16 * 16; }
static inline int filter_strip_width(int left) { return left > 16 ? OUTPUTS_MAX : 16; }
// Bytes of the weights of `width` output channels.
static inline size_t filter_strip_size(const convolution *c, int width) {
  return (size_t)position_count(c) * c->inputs * width * sizeof(int16_t);
}

// A row or column of a transformed u8 filter is divided by this before rounding, so that all of them use their bits
// evenly: the first, the next two, two more; the last by 1.
#define SHARE_0 .25f
#define SHARE_1 .3f
#define SHARE_3 .15f

size_t winograd_packed_size(const convolution *convolution);
void winograd_pack(convolution *convolution, const filters *filters, void *packed, float *factors, float *bias);

#if defined(__x86_64__)
// Eight channels of a tile's window: its first pixel, and the stride between rows in bytes.
typedef struct {
  const uint8_t *at;
  ptrdiff_t row;
} window;

// Transforms eight channels of a quad to all positions, `stride` bytes apart: four tiles of u8, or the quarters of
// one tile of bf16.
void winograd_spread_bytes(const window windows[4], int zero, uint8_t *to, size_t stride);
void winograd_spread_reals(window w, uint8_t *to, size_t stride);

// Sums over all input channels at one position, for `quads` × 4 rows and `vectors` × 16 output channels. `quad` is
// the stride between the inputs of quads in bytes.
void winograd_multiply_bytes(
    const uint8_t *in, size_t quad, int quads, int blocks, const uint8_t *weights, uint8_t *sums, int vectors);
void winograd_multiply_reals(
    const uint8_t *in, size_t quad, int quads, int blocks, const uint8_t *weights, uint8_t *sums, int vectors);

// Transforms sixteen channels of one tile's sums to its outputs, row by row. The sums of the four quarters are
// `quarter` bytes apart.
void winograd_gather_bytes(const uint8_t *sums, size_t stride, float to[TILE * TILE][16]);
void winograd_gather_reals(const uint8_t *sums, size_t stride, size_t quarter, float to[TILE * TILE][16]);

// Sixteen channels of a tile of bytes: the first eight at `low`, the next at `high`, with rows of four pixels `row` bytes
// apart.
typedef struct {
  uint8_t *low, *high;
  ptrdiff_t row;
} tile_bytes;

// Transforms the sums of sixteen channels from `channel` on, adds and quantises them with the convolution's curve.
void winograd_finish_bytes(
    const convolution *convolution, const uint8_t *sums, size_t stride, int channel, const tile_bytes *add,
    const tile_bytes *out);
#endif
