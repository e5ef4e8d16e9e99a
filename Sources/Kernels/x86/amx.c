// 1×1 and 3×3 convolutions with AMX: u8 by s8, and bf16.
//
// A row of an input tile is a pixel, its columns are the channels of some taps; a column of four bytes of a weight
// tile is an output channel. Two of each give 2×2 tiles of sums: 32 pixels × 32 output channels, which are finished
// (activation, addend, rounding) at once. u8 sums are exact, so results equal those of the direct VNNI kernel.
//
// Compiled a second time for tests, with plain C instead of tile instructions (AMX_TWIN).
#include "amx.h"

#include <string.h>

#include "amx_parts.h"
#include "attributes.h"
#include "finish.h"

#if defined(__x86_64__)
enum { BLOCK_PIXELS = 2 * TILE_ROWS, BLOCK_OUTPUTS = 2 * TILE_OUTPUTS };
// Tiles of sums (2 × pixel half + output half), inputs and weights.
enum { SUMS = 0, INPUTS = 4, WEIGHTS = 6 };

// Tiles are configured once per layer and thread, and released at its end: the team's threads may then sleep or run
// library kernels with another configuration, and context switches with live tiles are expensive.
AMX static void configure(const amx_depths *d) {
  tile_configuration shape = {.palette = 1};
  for (int tile = 0; tile < 8; tile++) {
    shape.rows[tile] = TILE_ROWS;
    shape.row_bytes[tile] = 64;
  }
  for (int half = 0; half < 2; half++) {
    shape.row_bytes[INPUTS + half] = (uint16_t)d->depth;
    shape.rows[WEIGHTS + half] = (uint8_t)(d->depth / 4);
  }
  TILE_CONFIGURE(&shape);
}

AMX static void release(void) { TILE_RELEASE(); }

// The inputs of a block of pixels: start of the first window, and distance to the next in bytes.
typedef struct {
  const uint8_t *rows[3];
  ptrdiff_t pixel;
  int kernel;
  amx_depths depths;
} amx_operand;

#define DOT(sums, a, b)                     \
  do {                                      \
    if (is_u8) TILE_DOT_U8(sums, a, b);     \
    else TILE_DOT_BF16(sums, a, b);         \
  } while (0)

// Sums of `halves` × 16 pixels and `strips` × 16 output channels, pixel by pixel for 16 channels, then for 16 more.
AMX INLINE void sum_up(
    const amx_operand *x, ptrdiff_t offset, const uint8_t *weights, size_t strip_size, int32_t *sums, const int halves,
    const int strips, const bool is_u8) {
  const ptrdiff_t half = TILE_ROWS * x->pixel;
  TILE_ZERO(0);
  if (strips == 2) TILE_ZERO(1);
  if (halves == 2) TILE_ZERO(2);
  if (halves == 2 && strips == 2) TILE_ZERO(3);
  for (int row = 0; row < x->kernel; row++)
    for (int index = 0; index < x->depths.count; index++, weights += x->depths.depth * TILE_OUTPUTS) {
      const uint8_t *in = x->rows[row] + offset + amx_begin(&x->depths, index);
      TILE_LOAD(6, weights, 64);
      TILE_LOAD(4, in, x->pixel);
      DOT(0, 4, 6);
      if (halves == 2) {
        TILE_LOAD(5, in + half, x->pixel);
        DOT(2, 5, 6);
      }
      if (strips == 2) {
        TILE_LOAD(7, weights + strip_size, 64);
        DOT(1, 4, 7);
        if (halves == 2) DOT(3, 5, 7);
      }
    }
  TILE_STORE(0, sums, 64);
  if (halves == 2) TILE_STORE(2, sums + TILE_ROWS * TILE_OUTPUTS, 64);
  if (strips == 2) TILE_STORE(1, sums + BLOCK_PIXELS * TILE_OUTPUTS, 64);
  if (halves == 2 && strips == 2) TILE_STORE(3, sums + (BLOCK_PIXELS + TILE_ROWS) * TILE_OUTPUTS, 64);
}

typedef void amx_sum_function(
    const amx_operand *, ptrdiff_t offset, const uint8_t *weights, size_t strip_size, int32_t *sums);
#define SUM_UP(NAME, HALVES, STRIPS, IS_U8)                                                                             \
  AMX static void NAME(                                                                                                 \
      const amx_operand *x, ptrdiff_t offset, const uint8_t *weights, size_t strip_size, int32_t *sums) {               \
    sum_up(x, offset, weights, strip_size, sums, HALVES, STRIPS, IS_U8);                                                \
  }
SUM_UP(u8_1_1, 1, 1, true)
SUM_UP(u8_1_2, 1, 2, true)
SUM_UP(u8_2_1, 2, 1, true)
SUM_UP(u8_2_2, 2, 2, true)
SUM_UP(bf16_1_1, 1, 1, false)
SUM_UP(bf16_1_2, 1, 2, false)
SUM_UP(bf16_2_1, 2, 1, false)
SUM_UP(bf16_2_2, 2, 2, false)
// Indexed by element type, pixel halves and strips.
static amx_sum_function *const sum_functions[2][2][2] = {
    {{bf16_1_1, bf16_1_2}, {bf16_2_1, bf16_2_2}}, {{u8_1_1, u8_1_2}, {u8_2_1, u8_2_2}}};

// A call for one member of a team.
typedef struct {
  const convolution *convolution;
  const uint8_t *in, *add;
  uint8_t *out, *scratch;
  finish_function *finish;
} amx_work;

// Copies eight channels per pixel from one layout to another.
static void copy_pixels(
    const uint8_t *from, ptrdiff_t from_pixel, uint8_t *to, ptrdiff_t to_pixel, int count, size_t bytes) {
  for (int x = 0; x < count; x++) memcpy(to + x * to_pixel, from + x * from_pixel, bytes);
}

// Finishes `count` neighbouring pixels and up to 16 channels from `channel` on for a map that is not in blocks of
// eight channels, by way of a buffer.
static void finish_beside(
    const amx_work *w, const int32_t *sums, int count, int width, int channel, int channels, uint8_t *out,
    const uint8_t *add) {
  const convolution *c = w->convolution;
  const ptrdiff_t size = element_size(c->writes), block = BLOCK_PIXELS * 8;
  uint8_t finished[2 * BLOCK_PIXELS * 8 * 4], added[2 * BLOCK_PIXELS * 8 * 4] = {0};
  convolution beside = *c;
  beside.out.block = beside.add.block = block;
  beside.out.pixel = beside.add.pixel = 8;
  for (int b = 0; b * 8 < channels; b++) {
    const size_t bytes = (channels - b * 8 < 8 ? channels - b * 8 : 8) * size;
    if (add)
      copy_pixels(add + b * c->add.block * size, c->add.pixel * size, added + b * block * size, 8 * size, count, bytes);
  }
  w->finish(&beside, sums, count, width, channel, finished, add ? added : NULL);
  for (int b = 0; b * 8 < channels; b++) {
    const size_t bytes = (channels - b * 8 < 8 ? channels - b * 8 : 8) * size;
    copy_pixels(finished + b * block * size, 8 * size, out + b * c->out.block * size, c->out.pixel * size, count, bytes);
  }
}

// The same for any map, from sums of 16 channels per pixel; `channels` of them, a multiple of eight for blocks.
static void finish_pixels(
    const amx_work *w, const int32_t *sums, int count, int channel, int channels, uint8_t *out, const uint8_t *add) {
  const convolution *c = w->convolution;
  int32_t narrow[BLOCK_PIXELS * 8 + 64] __attribute__((aligned(64)));
  const int width = channels > 8 ? 16 : 8;
  if (width == 8) {
    for (int p = 0; p < count; p++) memcpy(narrow + p * 8, sums + p * TILE_OUTPUTS, 8 * sizeof(int32_t));
    sums = narrow;
  }
  const bool is_blocked = c->out.pixel == 8 && (!add || c->add.pixel == 8);
  if (is_blocked) w->finish(c, sums, count, width, channel, out, add);
  else finish_beside(w, sums, count, width, channel, channels, out, add);
}

// Outputs of `count` pixels from index `first` of the rectangle on, and `channels` channels from `channel` on.
static void finish_block(
    const amx_work *w, const amx_rectangle *r, const int32_t *sums, int first, int count, int channel, int channels) {
  const convolution *c = w->convolution;
  const ptrdiff_t size = element_size(c->writes);
  uint8_t *out = w->out + channel / 8 * c->out.block * size;
  const uint8_t *add = w->add ? w->add + channel / 8 * c->add.block * size : NULL;
  for (int p = 0; p < count;) {
    const int y = (first + p) / r->pitch, x = (first + p) % r->pitch;
    const int kept = amx_smaller(r->width - x, count - p);
    if (kept > 0) {
      const ptrdiff_t row = r->top + y, column = r->left + x;
      finish_pixels(
          w, sums + p * TILE_OUTPUTS, kept, channel, channels, out + (row * c->out.row + column * c->out.pixel) * size,
          add ? add + (row * c->add.row + column * c->add.pixel) * size : NULL);
    }
    p += r->pitch - x;
  }
}

// `count` outputs of one group from index `first` of the rectangle on; the window of the first starts at `x`.
static void run_blocks(
    const amx_work *w, int group, const amx_rectangle *r, const amx_operand *x, int first, int count) {
  const convolution *c = w->convolution;
  const size_t strip_size = amx_strip_size(c);
  // Finishing reads a last group of four pixels whole.
  int32_t sums[2 * BLOCK_PIXELS * TILE_OUTPUTS + 64] __attribute__((aligned(64)));
  // In blocks of eight channels the outputs of a single group are padded.
  const int outputs = c->out.block == 8 ? c->outputs : (c->outputs + 7) / 8 * 8, strips = amx_strips(c);
  for (int done = 0; done < count; done += BLOCK_PIXELS) {
    const int pixels = amx_smaller(count - done, BLOCK_PIXELS), halves = pixels > TILE_ROWS ? 2 : 1;
    const uint8_t *weights = (const uint8_t *)c->weights + group * amx_group_size(c);
    for (int strip = 0; strip < strips; strip += 2, weights += 2 * strip_size) {
      const int width = amx_smaller(strips - strip, 2);
      sum_functions[c->reads == ELEMENT_U8][halves - 1][width - 1](x, done * x->pixel, weights, strip_size, sums);
      for (int s = 0; s < width; s++) {
        const int channel = (strip + s) * TILE_OUTPUTS;
        finish_block(
            w, r, sums + s * BLOCK_PIXELS * TILE_OUTPUTS, first + done, pixels, group * c->outputs + channel,
            amx_smaller(outputs - channel, TILE_OUTPUTS));
      }
    }
  }
}

// A rectangle of outputs, some rows at a time.
static void run_rectangle(const amx_work *w, int top, int bottom, int left, int right) {
  const convolution *c = w->convolution;
  for (int most = amx_band_rows(c); top < bottom; top += most) {
    const int rows = amx_smaller(bottom - top, most);
    const amx_rectangle r = amx_rectangle_of(c, top, left, rows, right - left);
    amx_operand x = {.pixel = r.pixel, .kernel = c->kernel, .depths = amx_depths_of(c)};
    for (int k = 0; k < c->kernel; k++) x.rows[k] = w->scratch + r.rows[k];
    for (int group = 0; group < c->groups; group++) {
      amx_stage(c, w->in, group, &r, w->scratch);
      run_blocks(w, group, &r, &x, 0, (rows - 1) * r.pitch + r.width);
    }
  }
}

// 1×1 convolutions of channels-last maps need no staging: tiles are loaded from the map, since its rows are
// contiguous.
static bool is_in_place(const convolution *c) {
  return c->kernel == 1 && c->stride == 1 && c->padding == 0 && !c->takes_means && c->in.block == 8
         && c->in.row == c->in.pixel * c->in_width;
}

// Outputs `begin` to `end` of such a map. A last partial tile is copied, because nothing beyond the map may be read.
static void run_in_place(const amx_work *w, int begin, int end) {
  const convolution *c = w->convolution;
  const ptrdiff_t size = element_size(c->reads), bytes = amx_pixel_bytes(c);
  const amx_rectangle r = {.height = c->height, .width = c->width, .pitch = c->width};
  const int full = begin + (end - begin) / TILE_ROWS * TILE_ROWS;
  for (int group = 0; group < c->groups; group++) {
    const uint8_t *in = w->in + (ptrdiff_t)group * c->inputs * size;
    amx_operand x = {.kernel = 1, .depths = amx_depths_of(c), .pixel = c->in.pixel * size};
    x.rows[0] = in + begin * x.pixel;
    run_blocks(w, group, &r, &x, begin, full - begin);
    copy_pixels(in + full * x.pixel, x.pixel, w->scratch, bytes, end - full, bytes);
    x.rows[0] = w->scratch;
    x.pixel = bytes;
    run_blocks(w, group, &r, &x, full, end - full);
  }
}

// Selected tiles, blocks of pixels of a map that is read in place, or rows. Ranges of rows are as large as the members
// allow, because each loads its tile configuration and stages its borders.
static team_units units(const convolution_call *call, int members) {
  const convolution *c = call->convolution;
  if (call->tiles.numbers) return (team_units){call->tiles.count, 4};
  const int count = is_in_place(c) ? (c->height * c->width + BLOCK_PIXELS - 1) / BLOCK_PIXELS : c->height;
  return (team_units){count, count / (8 * members) + 1};
}

static void run_units(const amx_work *w, map_tiles tiles, team_range range) {
  const convolution *c = w->convolution;
  const convolution_call call = {.convolution = c, .tiles = tiles};
  if (tiles.numbers) {
    for (int index = range.begin; index < range.end; index++) {
      const tile_place p = place_of(&call, index);
      run_rectangle(w, p.top, amx_smaller(p.top + TILE, c->height), p.left, amx_smaller(p.left + TILE, c->width));
    }
  } else if (is_in_place(c)) {
    run_in_place(w, range.begin * BLOCK_PIXELS, amx_smaller(range.end * BLOCK_PIXELS, c->height * c->width));
  } else {
    run_rectangle(w, range.begin, range.end, 0, c->width);
  }
}

static void run(const convolution_call *call, void *scratch, team_range range) {
  const convolution *c = call->convolution;
  const amx_depths depths = amx_depths_of(c);
  const amx_work w = {c, call->in, call->add, call->out, scratch, finisher_avx512(c, c->reads == ELEMENT_U8)};
  configure(&depths);
  run_units(&w, call->tiles, range);
  release();
}

static bool supports(const convolution *c) {
  if (c->is_image) {
    if (c->reads != ELEMENT_BF16 || c->kernel != 3 || c->groups != 1 || c->takes_means) return false;
  } else if (c->inputs % 8 != 0 || (c->in.pixel != 8 && c->in.block != 8)) {
    return false;
  }
  if (c->groups > 1 && c->outputs % 8 != 0) return false;
  return (c->kernel == 1 || c->kernel == 3) && (c->stride == 1 || c->stride == 2) && c->padding <= c->kernel / 2;
}
static bool supports_u8(const convolution *c) { return c->reads == ELEMENT_U8 && supports(c); }
static bool supports_bf16(const convolution *c) { return c->reads == ELEMENT_BF16 && supports(c); }

// Outputs are finished with AVX-512, which all processors with AMX have.
const kernel NAMED(direct_u8_amx_int8) = {
    .name = "direct:amx_int8", .needs = INSTRUCTIONS_AMX_INT8 | INSTRUCTIONS_AVX512_BF16 | INSTRUCTIONS_AVX512,
    .supports = supports_u8, .packed_size = amx_packed_size, .pack = amx_pack, .scratch_size = amx_staged_size,
    .units = units, .run = run};
const kernel NAMED(direct_bf16_amx_bf16) = {
    .name = "direct:amx_bf16", .needs = INSTRUCTIONS_AMX_BF16 | INSTRUCTIONS_AVX512_BF16 | INSTRUCTIONS_AVX512,
    .supports = supports_bf16, .packed_size = amx_packed_size, .pack = amx_pack, .scratch_size = amx_staged_size,
    .units = units, .run = run};
#endif
