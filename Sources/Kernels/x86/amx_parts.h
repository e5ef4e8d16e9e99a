// Shared by the parts of the AMX convolutions: how a window becomes rows of tiles, and how a rectangle of inputs is
// staged.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "../include/kernel.h"

// Rows of a tile of inputs or sums (pixels), and output channels of a tile.
enum { TILE_ROWS = 16, TILE_OUTPUTS = 16 };

static inline int amx_smaller(int a, int b) { return a < b ? a : b; }

// Bytes of a staged pixel of one group: its channels contiguous; red, green, blue and 0 as bf16 for an image.
static inline int amx_pixel_bytes(const convolution *c) { return c->is_image ? 8 : c->inputs * element_size(c->reads); }

// The pixels of one row of a window are contiguous, so a tile row spans several: three of 16 channels, two of 32.
// `count` tiles of `depth` bytes cover the `span` bytes of such a row. The last is moved back to end with it; inputs
// that it reads again have weights of 0, and nothing beyond the window is read.
typedef struct {
  int span, count, depth;
} amx_depths;
static inline amx_depths amx_depths_of(const convolution *c) {
  const int span = c->kernel * amx_pixel_bytes(c), count = (span + 63) / 64;
  return (amx_depths){span, count, ((span + count - 1) / count + 3) / 4 * 4};
}
// Offset of tile `index` of a row.
static inline int amx_begin(const amx_depths *d, int index) {
  return index < d->count - 1 ? index * d->depth : d->span - d->depth;
}

static inline int amx_strips(const convolution *c) { return (c->outputs + TILE_OUTPUTS - 1) / TILE_OUTPUTS; }
// Bytes of the weights of 16 output channels, and of those of a group.
static inline size_t amx_strip_size(const convolution *c) {
  const amx_depths d = amx_depths_of(c);
  return (size_t)c->kernel * d.count * d.depth * TILE_OUTPUTS;
}
static inline size_t amx_group_size(const convolution *c) { return amx_strips(c) * amx_strip_size(c); }

size_t amx_packed_size(const convolution *);
void amx_pack(convolution *, const filters *, void *packed, float *factors, float *bias);

// A rectangle of outputs with its staged inputs.
//
// Output (x, y) has index y * pitch + x, and its window starts `pixel` bytes times its index after that of output 0.
// Rows of outputs thus form one long row, and tiles are full even if a map is narrow. (Indices from `width` to
// `pitch` are computed and dropped.) For stride 2, even and odd input rows are staged separately.
typedef struct {
  int top, left, height, width;
  int pitch;
  ptrdiff_t pixel;
  ptrdiff_t rows[3];  // start of each row of output 0's window
} amx_rectangle;
amx_rectangle amx_rectangle_of(const convolution *, int top, int left, int height, int width);

// Rows of outputs that are staged together: as many as fit their inputs in part of the second-level cache.
int amx_band_rows(const convolution *);
// Bytes of the inputs of a band.
size_t amx_staged_size(const convolution *);

// Copies the inputs of the outputs of `rectangle` of one group, channels last, with the zero point as border.
void amx_stage(const convolution *, const uint8_t *in, int group, const amx_rectangle *rectangle, uint8_t *staged);
