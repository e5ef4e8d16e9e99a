// Stages inputs of the AMX convolutions: converts blocks of eight channels to channels last.
#include <string.h>

#include "means.h"
#include "../silu_curve.h"
#include "amx_parts.h"
#include "stage.h"

#if defined(__x86_64__)
// Bytes of inputs staged at one time. A core with AMX has 2 MB of second-level cache, which is shared with weights.
// (Tests define less, so that small maps have several bands.)
#if !defined(AMX_BAND_BYTES)
#define AMX_BAND_BYTES (384 << 10)
#endif

// For stride 2, even and odd rows are separate planes, each with an even number of columns.
static int planes_of(const convolution *c) { return c->kernel > 1 ? c->stride : 1; }
static int pitch_of(const convolution *c, int width) { return width + (c->kernel - 1 + c->stride - 1) / c->stride; }
static int rows_of(const convolution *c, int height) { return c->kernel > 1 ? (height - 1) * c->stride + 3 : height; }
static size_t row_bytes(const convolution *c, int width) {
  return (size_t)pitch_of(c, width) * c->stride * amx_pixel_bytes(c);
}

int amx_band_rows(const convolution *c) {
  const size_t bytes = row_bytes(c, c->width) * planes_of(c);
  const int fitting = (int)(AMX_BAND_BYTES / bytes), rows = fitting > 2 ? fitting : 2;
  return amx_smaller(rows, c->height);
}

// The last row is followed by padding of a tile's pixels, then by a row of means for each block.
static size_t pixels_size(const convolution *c) {
  const size_t slack = (size_t)TILE_ROWS * c->stride * amx_pixel_bytes(c);
  return (rows_of(c, amx_band_rows(c)) * row_bytes(c, c->width) + slack + 63) / 64 * 64;
}
size_t amx_staged_size(const convolution *c) {
  const size_t means = c->takes_means ? (size_t)c->in_width * 8 * element_size(c->reads) : 0;
  return pixels_size(c) + (means + 63) / 64 * 64;
}

amx_rectangle amx_rectangle_of(const convolution *c, int top, int left, int height, int width) {
  amx_rectangle r = {.top = top, .left = left, .height = height, .width = width, .pitch = pitch_of(c, width)};
  r.pixel = (ptrdiff_t)c->stride * amx_pixel_bytes(c);
  const ptrdiff_t row = row_bytes(c, width);
  // Row k of a window is in plane k % 2; for stride 2 the odd plane follows the even one.
  for (int k = 0; k < c->kernel; k++)
    r.rows[k] = c->stride == 1 ? k * row : k == 1 ? (height + 1) * row : k / 2 * row;
  return r;
}

static float float_of(uint16_t bf16) {
  const uint32_t bits = (uint32_t)bf16 << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

// Copies eight channels of `count` pixels, `pixel` bytes apart, to every `to_pixel`th byte.
static void spread(const uint8_t *from, ptrdiff_t pixel, uint8_t *to, ptrdiff_t to_pixel, int count, int size) {
  if (size == 1)
    for (int x = 0; x < count; x++) memcpy(to + x * to_pixel, from + x * pixel, 8);
  else
    for (int x = 0; x < count; x++) memcpy(to + x * to_pixel, from + x * pixel, 16);
}

// Sixteen channels of bytes from two blocks, two pixels at a time.
static void spread_pair(const uint8_t *from, ptrdiff_t block, uint8_t *to, ptrdiff_t to_pixel, int count) {
  int x = 0;
#if defined(__SSE2__)
  for (; x + 2 <= count; x += 2) {
    const __m128i low = _mm_loadu_si128((const __m128i *)(from + x * 8));
    const __m128i high = _mm_loadu_si128((const __m128i *)(from + block + x * 8));
    _mm_storeu_si128((__m128i *)(to + x * to_pixel), _mm_unpacklo_epi64(low, high));
    _mm_storeu_si128((__m128i *)(to + (x + 1) * to_pixel), _mm_unpackhi_epi64(low, high));
  }
#endif
  for (; x < count; x++) {
    memcpy(to + x * to_pixel, from + x * 8, 8);
    memcpy(to + x * to_pixel + 8, from + block + x * 8, 8);
  }
}

// Means of channels-last pixels, rounded as those of blocks.
static void means_of_pixels(const convolution *c, const uint8_t *from, uint8_t *to, int count) {
  const ptrdiff_t pixel = c->in.pixel, row = c->in.row;
  for (int x = 0; x < count; x++)
    for (int i = 0; i < c->inputs; i++) {
      const ptrdiff_t at = x * pixel + i, out = (ptrdiff_t)x * c->inputs + i;
      if (c->reads == ELEMENT_U8) {
        to[out] = (uint8_t)((from[at] + from[at + pixel] + from[at + row] + from[at + row + pixel] + 2) / 4);
      } else {
        const uint16_t *in = (const uint16_t *)from;
        const float left = float_of(in[at]) + float_of(in[at + row]);
        const float right = float_of(in[at + pixel]) + float_of(in[at + row + pixel]);
        ((uint16_t *)to)[out] = bf16_of((left + right) * 0.25f);
      }
    }
}

// Copies `count` pixels inside the map, starting at `from`.
static void stage_pixels(const convolution *c, const uint8_t *from, uint8_t *to, int count, uint8_t *means) {
  const int size = element_size(c->reads), blocks = c->inputs / 8, unit = 8 * size;
  const ptrdiff_t pixel = c->in.pixel * size, block = c->in.block * size, row = c->in.row * size;
  const ptrdiff_t to_pixel = amx_pixel_bytes(c);
  if (c->takes_means && c->in.pixel != 8) {
    means_of_pixels(c, from, to, count);
  } else if (c->takes_means) {
    for (int b = 0; b < blocks; b++) {
      means_avx2(c->reads, from + b * block, row, means, count);
      spread(means, unit, to + b * unit, to_pixel, count, size);
    }
  } else if (c->in.block == 8) {
    for (int x = 0; x < count; x++) memcpy(to + x * to_pixel, from + x * pixel, to_pixel);
  } else {
    int b = 0;
    for (; size == 1 && b + 2 <= blocks; b += 2) spread_pair(from + b * block, block, to + b * 8, to_pixel, count);
    for (; b < blocks; b++) spread(from + b * block, pixel, to + b * unit, to_pixel, count, size);
  }
}

// Stages `width` pixels of input row `row` from column `left` on.
static void stage_row(
    const convolution *c, const uint8_t *in, int group, int row, int left, int width, uint8_t *to, uint8_t *means) {
  const int less = c->takes_means ? 1 : 0, rows = c->in_height - less, columns = c->in_width - less;
  const ptrdiff_t pixel = amx_pixel_bytes(c), size = c->is_image ? 1 : element_size(c->reads);
  const int zero = c->reads == ELEMENT_U8 ? c->zero_point : 0;
  const int before = left < 0 ? -left : 0, end = left + width > columns ? columns - left : width, count = end - before;
  if (row < 0 || row >= rows || count <= 0) {
    memset(to, zero, width * pixel);
    return;
  }
  memset(to, zero, before * pixel);
  memset(to + end * pixel, zero, (width - end) * pixel);
  const ptrdiff_t channels = c->is_image ? 0 : (ptrdiff_t)group * (c->inputs / 8) * c->in.block;
  const uint8_t *from = in + (channels + row * c->in.row + (left + before) * c->in.pixel) * size;
  if (c->is_image) stage_image_bf16(from, c->in.block, to + before * pixel, count);
  else stage_pixels(c, from, to + before * pixel, count, means);
}

void amx_stage(const convolution *c, const uint8_t *in, int group, const amx_rectangle *r, uint8_t *staged) {
  const int first = r->top * c->stride - c->padding, left = r->left * c->stride - c->padding;
  // A 1×1 convolution with stride reads only some pixels, but whole rows are staged.
  const int step = c->kernel > 1 ? 1 : c->stride, rows = rows_of(c, r->height);
  const size_t bytes = row_bytes(c, r->width);
  const int width = (int)(bytes / amx_pixel_bytes(c)), planes = planes_of(c), even_rows = (rows + planes - 1) / planes;
  for (int row = 0; row < rows; row++) {
    const int at = planes == 1 ? row : row / 2 + row % 2 * even_rows;
    stage_row(c, in, group, first + row * step, left, width, staged + at * bytes, staged + pixels_size(c));
  }
}
#endif
