// What the parts of the AMX convolutions share: how a window becomes rows of tiles, and how a rectangle of inputs is staged.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "../include/kernel.h"

// Rows of a tile of inputs or of sums (pixels), and output channels of one.
enum { TILE_ROWS = 16, TILE_OUTPUTS = 16 };

static inline int amx_smaller(int a, int b) { return a < b ? a : b; }

// Bytes of a staged pixel of one group: its channels side by side; red, green, blue and 0 as bf16 of an image.
static inline int amx_pixel_bytes(const convolution *c) { return c->is_image ? 8 : c->inputs * element_size(c->reads); }

// Pixels of one row of a window lie side by side, so that a tile row spans them: three of 16 channels, two of 32. `count`
// tiles of `depth` bytes cover the `span` bytes of such a row. The last is moved back to end with it: what it reads again
// has weights of 0, and nothing beyond the window is read.
typedef struct {
  int span, count, depth;
} amx_depths;
static inline amx_depths amx_depths_of(const convolution *c) {
  const int span = c->kernel * amx_pixel_bytes(c), count = (span + 63) / 64;
  return (amx_depths){span, count, ((span + count - 1) / count + 3) / 4 * 4};
}
// Where tile `index` of a row begins.
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

// A rectangle of outputs, and where its inputs are staged.
//
// Output (x, y) has number y * pitch + x and sees pixels that begin `pixel` bytes times its number after those of output 0:
// so rows of outputs follow one another as if they were one, and tiles are full also where a map is narrow. (Numbers from
// `width` to `pitch` are computed and dropped.) With a stride of 2, even and odd input rows are staged apart for that.
typedef struct {
  int top, left, height, width;
  int pitch;
  ptrdiff_t pixel;
  ptrdiff_t rows[3];  // where the rows of output 0's window begin
} amx_rectangle;
amx_rectangle amx_rectangle_of(const convolution *, int top, int left, int height, int width);

// How many rows of outputs are staged together: as many as a part of the second-level cache holds the inputs of.
int amx_band_rows(const convolution *);
// Bytes for the inputs of a band.
size_t amx_staged_size(const convolution *);

// Copies what the outputs of `rectangle` see of one group, channels last, with the zero point around the map.
void amx_stage(const convolution *, const uint8_t *in, int group, const amx_rectangle *rectangle, uint8_t *staged);
