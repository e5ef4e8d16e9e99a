// 3×3 convolution with stride 1 by Winograd's minimal filtering (Lavin & Gray 2016) in 16-bit integers or bf16.
//
// For u8: F(4×4, 3×3), a quarter of the products. A transformed byte has at most 15 bits, so it is exact; the
// transformed filters are rounded as finely as 32-bit sums allow. For bf16: F(2×2, 3×3), four ninths of the products,
// because larger tiles would lose too many of its eight bits. In both, four tiles of outputs form a quad, whose
// transformed inputs are contiguous, eight channels of each.
#include <string.h>

#include "winograd_parts.h"

// Bytes of transformed inputs per chunk: part of the second-level cache; the rest is for weights and sums.
enum { CHUNK_BYTES = 256 << 10, QUADS_MAX = 6 };

#if defined(__x86_64__)
// Positions are padded by one cache line, so that they do not fall into the same cache sets.
typedef struct {
  size_t input, sum;  // stride between positions in bytes
} strides;
static strides strides_of(const convolution *c, int quads) {
  return (strides){(size_t)quads * c->inputs / 8 * LINE + LINE, (size_t)quads * 4 * OUTPUTS_MAX * 4 + LINE};
}

static int tiles_in_quad(const convolution *c) { return is_whole(c) ? 4 : 1; }

// Quads that are processed together: three fill the registers with sums.
static int chunk_quads(const convolution *c) {
  const int fitting = (int)(CHUNK_BYTES / ((size_t)position_count(c) * c->inputs / 8 * LINE)) / 3 * 3;
  return fitting < 3 ? 3 : fitting > QUADS_MAX ? QUADS_MAX : fitting;
}

static size_t scratch_size(const convolution *c) {
  const strides s = strides_of(c, chunk_quads(c));
  return position_count(c) * (s.input + s.sum);
}

// A window that exceeds the map is copied, with the zero point as border.
static window window_at(const convolution *c, const uint8_t *map, tile_place p, uint8_t *copy) {
  const int size = 8 * element_size(c->reads), top = p.top - 1, left = p.left - 1;
  const ptrdiff_t row = c->in.row / 8 * size;
  const uint8_t *at = map + top * row + left * size;
  if (top >= 0 && left >= 0 && top + WINDOW <= c->height && left + WINDOW <= c->width) return (window){at, row};
  memset(copy, is_whole(c) ? c->zero_point : 0, (size_t)WINDOW * WINDOW * size);
  const int begin = left < 0 ? -left : 0, end = left + WINDOW > c->width ? c->width - left : WINDOW;
  for (int y = top < 0 ? -top : 0; y < WINDOW && top + y < c->height; y++)
    memcpy(copy + (y * WINDOW + begin) * size, at + y * row + begin * size, (size_t)(end - begin) * size);
  return (window){copy, WINDOW * size};
}

// Transforms tiles from `first` on; if there are fewer than the quads hold, the last is repeated.
static void transform_inputs(const convolution_call *work, int first, int count, int quads, uint8_t *to, size_t stride) {
  const convolution *c = work->convolution;
  const int in_quad = tiles_in_quad(c), blocks = c->inputs / 8;
  const ptrdiff_t block_size = c->in.block * element_size(c->reads);
  uint8_t copies[4][WINDOW * WINDOW * 16 + LINE];
  for (int quad = 0; quad < quads; quad++) {
    tile_place places[4];
    for (int t = 0; t < in_quad; t++) {
      const int tile = quad * in_quad + t;
      places[t] = place_of(work, first + (tile < count ? tile : count - 1));
    }
    for (int block = 0; block < blocks; block++, to += LINE) {
      window windows[4];
      for (int t = 0; t < in_quad; t++) windows[t] = window_at(c, (const uint8_t *)work->in + block * block_size, places[t], copies[t]);
      if (is_whole(c)) winograd_spread_bytes(windows, c->zero_point, to, stride);
      else winograd_spread_reals(windows[0], to, stride);
    }
  }
}

// Copies of constant size compile to moves.
static inline void copy_row(const uint8_t *from, uint8_t *to, int pixels, int size) {
  if (pixels == TILE && size == 1) memcpy(to, from, TILE * 8);
  else if (pixels == TILE && size == 2) memcpy(to, from, TILE * 8 * 2);
  else memcpy(to, from, (size_t)pixels * 8 * size);
}

// Transforms the sums of one strip of output channels to outputs, tile by tile.
AVX512 static void make_outputs(
    const convolution_call *work, const uint8_t *sums, size_t stride, int channel, int width, int first, int count) {
  const convolution *c = work->convolution;
  const int vectors = width / 16, size = element_size(c->writes);
  const int left = (c->outputs - channel) / 8, blocks = left < width / 8 ? left : width / 8;
  // A tile is finished in a buffer, as if its rows were one.
  enum { PIXELS = TILE * TILE };
  convolution tile_of = *c;
  tile_of.out.block = tile_of.add.block = PIXELS * 8;
  finish_function *finish = finisher_avx512(c, false);
  float made[OUTPUTS_MAX / 16][PIXELS][16] __attribute__((aligned(64)));
  uint8_t finished[OUTPUTS_MAX * PIXELS * 4], added[OUTPUTS_MAX * PIXELS * 4];
  for (int tile = 0; tile < count; tile++) {
    const tile_place p = place_of(work, first + tile);
    const int rows = c->height - p.top < TILE ? c->height - p.top : TILE;
    const int columns = c->width - p.left < TILE ? c->width - p.left : TILE;
    uint8_t *out = (uint8_t *)work->out + (channel / 8 * c->out.block + p.top * c->out.row + p.left * 8) * size;
    const ptrdiff_t out_block = c->out.block * size, out_row = c->out.row * size;
    // Prefetches cache lines.
    for (int block = 0; block < blocks; block++)
      for (int y = 0; y < rows; y++) __builtin_prefetch(out + block * out_block + y * out_row, 1);
    for (int v = 0; v < vectors; v++)
      if (is_whole(c)) winograd_gather_bytes(sums + (tile * vectors + v) * LINE, stride, made[v]);
      else winograd_gather_reals(sums + (tile * 4 * vectors + v) * LINE, stride, vectors * LINE, made[v]);
    for (int block = 0; work->add && block < blocks; block++) {
      const ptrdiff_t at = (channel / 8 + block) * c->add.block + p.top * c->add.row + p.left * 8;
      for (int y = 0; y < rows; y++)
        copy_row((const uint8_t *)work->add + (at + y * c->add.row) * size, added + (block * PIXELS + y * TILE) * 8 * size, columns, size);
    }
    finish(&tile_of, made, PIXELS, width, channel, finished, work->add ? added : NULL);
    for (int block = 0; block < blocks; block++)
      for (int y = 0; y < rows; y++)
        copy_row(finished + (block * PIXELS + y * TILE) * 8 * size, out + block * out_block + y * out_row, columns, size);
  }
}

// The same for u8 inputs and outputs that a curve quantises: whole tiles are written in place.
static void make_bytes(
    const convolution_call *work, const uint8_t *sums, size_t stride, int channel, int width, int first, int count) {
  const convolution *c = work->convolution;
  const int vectors = width / 16;
  uint8_t finished[2 * TILE * TILE * 8], added[2 * TILE * TILE * 8];
  const ptrdiff_t line = TILE * 8, plane = TILE * line;
  for (int tile = 0; tile < count; tile++) {
    const tile_place p = place_of(work, first + tile);
    const int rows = c->height - p.top < TILE ? c->height - p.top : TILE;
    const int columns = c->width - p.left < TILE ? c->width - p.left : TILE;
    const ptrdiff_t at = p.top * c->out.row + p.left * 8, add_at = p.top * c->add.row + p.left * 8;
    for (int b = channel / 8; b < (channel + width) / 8 && b * 8 < c->outputs; b++)
      for (int y = 0; y < rows; y++) __builtin_prefetch((uint8_t *)work->out + b * c->out.block + at + y * c->out.row, 1);
    for (int v = 0; v < vectors && channel + v * 16 < c->outputs; v++) {
      const int block = channel / 8 + v * 2, blocks = (block + 1) * 8 < c->outputs ? 2 : 1;
      const bool is_whole_tile = rows == TILE && columns == TILE && blocks == 2;
      uint8_t *to = (uint8_t *)work->out + block * c->out.block + at;
      const uint8_t *more = work->add ? (const uint8_t *)work->add + block * c->add.block + add_at : NULL;
      tile_bytes out = {to, to + c->out.block, c->out.row};
      tile_bytes add = {0};
      if (more) add = (tile_bytes){(uint8_t *)more, (uint8_t *)more + c->add.block, c->add.row};
      if (!is_whole_tile) {
        out = (tile_bytes){finished, finished + plane, line};
        add = (tile_bytes){added, added + plane, line};
        for (int b = 0; more && b < blocks; b++)
          for (int y = 0; y < rows; y++) copy_row(more + b * c->add.block + y * c->add.row, added + b * plane + y * line, columns, 1);
      }
      winograd_finish_bytes(c, sums + (tile * vectors + v) * LINE, stride, channel + v * 16, more ? &add : NULL, &out);
      for (int b = 0; !is_whole_tile && b < blocks; b++)
        for (int y = 0; y < rows; y++) copy_row(finished + b * plane + y * line, to + b * c->out.block + y * c->out.row, columns, 1);
    }
  }
}

// Output channels from `channel` up to `end`, of some tiles.
static void run_chunk(const convolution_call *work, uint8_t *scratch, int first, int count, int channel, int end) {
  const convolution *c = work->convolution;
  const int in_quad = tiles_in_quad(c), quads = (count + in_quad - 1) / in_quad, blocks = c->inputs / 8;
  const strides s = strides_of(c, quads);
  uint8_t *sums = scratch + position_count(c) * s.input;
  transform_inputs(work, first, count, quads, scratch, s.input);
  const uint8_t *weights = (const uint8_t *)c->weights + channel / OUTPUTS_MAX * filter_strip_size(c, OUTPUTS_MAX);
  while (channel < end) {
    const int width = filter_strip_width(end - channel);
    for (int position = 0; position < position_count(c); position++) {
      (is_whole(c) ? winograd_multiply_bytes : winograd_multiply_reals)(
          scratch + position * s.input, (size_t)blocks * LINE, quads, blocks, weights, sums + position * s.sum, width / 16);
      weights += (size_t)c->inputs * width * sizeof(int16_t);
    }
    (is_whole(c) && c->curve.shift > 0 ? make_bytes : make_outputs)(work, sums, s.sum, channel, width, first, count);
    channel += width;
  }
}

// Quads that fill the registers with sums.
enum { UNIT = 3 };

static int quad_count(const convolution_call *work) {
  return (work->tiles.count + tiles_in_quad(work->convolution) - 1) / tiles_in_quad(work->convolution);
}

// Small maps have too few quads to divide them evenly, and their weights are larger than they are: members share the
// output channels, and each transforms all inputs.
static bool is_divided_by_outputs(const convolution_call *work) {
  return quad_count(work) <= 8 && work->convolution->outputs % (2 * OUTPUTS_MAX) == 0;
}

// Strips of output channels, or quads.
static team_units units(const convolution_call *work, int members) {
  const int strips = filled_outputs(work->convolution) / OUTPUTS_MAX, quads = quad_count(work);
  if (is_divided_by_outputs(work)) return (team_units){strips, (strips + members - 1) / members};
  const int size = quads < UNIT * members ? 1 : UNIT;
  return (team_units){(quads + size - 1) / size, 1};
}

static void run(const convolution_call *work, void *scratch, team_range range) {
  const convolution *c = work->convolution;
  const int in_quad = tiles_in_quad(c), quads = quad_count(work), most = chunk_quads(c);
  int begin = 0, end = quads, channel = 0, channels = filled_outputs(c);
  if (is_divided_by_outputs(work)) {
    channel = range.begin * OUTPUTS_MAX;
    channels = range.end * OUTPUTS_MAX;
  } else {
    const int size = (quads + range.count - 1) / range.count;
    begin = range.begin * size;
    end = range.end * size < quads ? range.end * size : quads;
  }
  for (int quad = begin; quad < end; quad += most) {
    const int last = quad + most < end ? quad + most : end;
    const int stop = last * in_quad < work->tiles.count ? last * in_quad : work->tiles.count;
    run_chunk(work, scratch, quad * in_quad, stop - quad * in_quad, channel, channels);
  }
}

// 3×3, stride 1, one group; with few channels the transforms would cost what the products save.
static bool supports(const convolution *c) {
  return c->kernel == 3 && c->stride == 1 && c->padding == 1 && c->groups == 1 && !c->takes_means && !c->is_image &&
         c->inputs % 8 == 0 && c->inputs >= 32 && c->outputs % 8 == 0 && c->outputs >= 32 && c->in.pixel == 8 &&
         c->out.pixel == 8 && (c->writes != ELEMENT_BF16 || this_processor()->usable & INSTRUCTIONS_AVX512_BF16);
}
static bool supports_u8(const convolution *c) { return c->reads == ELEMENT_U8 && supports(c); }
static bool supports_bf16(const convolution *c) { return c->reads == ELEMENT_BF16 && supports(c); }

const kernel winograd_u8_avx512_vnni = {
    "winograd:avx512_vnni", INSTRUCTIONS_AVX512 | INSTRUCTIONS_AVX512_VNNI, supports_u8, winograd_packed_size,
    winograd_pack, scratch_size, units, run};
const kernel winograd_bf16_avx512_bf16 = {
    "winograd:avx512_bf16", INSTRUCTIONS_AVX512 | INSTRUCTIONS_AVX512_BF16, supports_bf16, winograd_packed_size,
    winograd_pack, scratch_size, units, run};
#endif
