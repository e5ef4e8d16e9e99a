// 1×1 and 3×3 convolutions with NEON: f32 by fused multiply-add, u8 by s8 by `sdot` or, with i8mm, `usmmla`.
//
// The inputs of a few rows are staged with their borders, in blocks of eight channels; the sums of eight pixels ×
// eight output channels are kept in registers.
#include <string.h>

#include "parts.h"

#if defined(__aarch64__)
// The input rows of a window are in a ring: each is staged once and used for up to three rows of outputs. The sums
// may read beyond a row, by as many pixels as are computed together.
static int staged_width(const convolution *c, int width) { return (width + PIXELS - 1) * c->stride + c->kernel; }
static size_t staged_size(const convolution *c, int width) {
  return (size_t)neon_blocks(c) * staged_width(c, width) * neon_pixel_bytes(c);
}
static size_t scratch_size(const convolution *c) { return 3 * staged_size(c, c->width); }

// Means of `count` values with those of the next pixel (eight values on) and of the next row.
static void take_means(const convolution *c, const uint8_t *from, uint8_t *to, int count) {
  if (c->reads == ELEMENT_U8) {
    const uint8_t *next = from + c->in.row;
    for (int i = 0; i < count; i++) to[i] = (uint8_t)((from[i] + from[i + 8] + next[i] + next[i + 8] + 2) / 4);
  } else {
    const float *in = (const float *)from, *next = in + c->in.row;
    for (int i = 0; i < count; i++) ((float *)to)[i] = ((in[i] + next[i]) + (in[i + 8] + next[i + 8])) * 0.25f;
  }
}

// Interleaves three planes of floats with a 0.
static void take_image(const convolution *c, const uint8_t *from, uint8_t *to, int count) {
  const float *in = (const float *)from;
  for (int x = 0; x < count; x++) {
    const float pixel[4] = {in[x], in[c->in.block + x], in[2 * c->in.block + x], 0};
    memcpy(to + x * sizeof pixel, pixel, sizeof pixel);
  }
}

// Stages input row `row` from column `left` on, with the zero point as border.
static void stage(const convolution *c, const uint8_t *in, int group, int row, int left, int width, uint8_t *to) {
  const int less = c->takes_means ? 1 : 0, rows = c->in_height - less, columns = c->in_width - less;
  const int bytes = neon_pixel_bytes(c), size = element_size(c->reads), zero = c->reads == ELEMENT_U8 ? c->zero_point : 0;
  const int before = left < 0 ? -left : 0, end = left + width > columns ? columns - left : width, count = end - before;
  for (int block = 0; block < neon_blocks(c); block++, to += (size_t)width * bytes) {
    if (row < 0 || row >= rows || count <= 0) {
      memset(to, zero, (size_t)width * bytes);
      continue;
    }
    memset(to, zero, (size_t)before * bytes);
    memset(to + (size_t)end * bytes, zero, (size_t)(width - end) * bytes);
    const ptrdiff_t number = (ptrdiff_t)group * neon_blocks(c) + block;
    const uint8_t *from = in + (number * c->in.block + row * c->in.row + (left + before) * c->in.pixel) * size;
    uint8_t *inner = to + (size_t)before * bytes;
    if (c->is_image) take_image(c, from, inner, count);
    else if (c->takes_means) take_means(c, from, inner, count * 8);
    else memcpy(inner, from, (size_t)count * bytes);
  }
}

// Bytes of inputs per tile: half of a first-level cache.
enum { CHUNK_BYTES = 16 << 10 };
static int chunk_size(const convolution *c) {
  const int fitting = CHUNK_BYTES / (neon_blocks(c) * neon_pixel_bytes(c) * c->kernel * c->stride) / PIXELS * PIXELS;
  return fitting < 2 * PIXELS ? 2 * PIXELS : fitting;
}

// `count` neighbouring outputs of one group, eight channels at a time.
static void run_strips(
    const convolution_call *call, neon_sum_function *sum_up, const neon_operand *x, int group, ptrdiff_t row,
    ptrdiff_t column, int count) {
  const convolution *c = call->convolution;
  const ptrdiff_t size = element_size(c->writes), step = (ptrdiff_t)c->stride * neon_pixel_bytes(c);
  const uint8_t *weights = (const uint8_t *)c->weights + group * neon_group_size(c);
  for (int strip = 0; strip < neon_strips(c); strip++, weights += neon_strip_size(c)) {
    const int channel = group * c->outputs + strip * OUTPUTS;
    uint8_t *out = (uint8_t *)call->out + (channel / 8 * c->out.block + row * c->out.row + column * c->out.pixel) * size;
    const uint8_t *add = call->add;
    if (add) add += (channel / 8 * c->add.block + row * c->add.row + column * c->add.pixel) * size;
    for (int first = 0; first < count; first += PIXELS) {
      int32_t sums[PIXELS * OUTPUTS];
      sum_up(x, first * step, weights, sums);
      neon_finish(
          c, sums, count - first < PIXELS ? count - first : PIXELS, channel, out + first * c->out.pixel * size,
          add ? add + first * c->add.pixel * size : NULL);
    }
  }
}

static void run_rectangle(
    const convolution_call *call, neon_sum_function *sum_up, uint8_t *ring, int top, int bottom, int left, int right) {
  const convolution *c = call->convolution;
  const int width = staged_width(c, right - left), column = left * c->stride - c->padding, chunk = chunk_size(c);
  const size_t row_size = staged_size(c, right - left);
  for (int group = 0; group < c->groups; group++) {
    int staged = top * c->stride - c->padding;
    for (int y = top; y < bottom; y++) {
      const int first = y * c->stride - c->padding;
      for (; staged < first + c->kernel; staged++)
        stage(c, call->in, group, staged, column, width, ring + (staged + 3) % 3 * row_size);
      for (int x = left; x < right; x += chunk) {
        neon_operand o = {.block = (ptrdiff_t)width * neon_pixel_bytes(c), .blocks = neon_blocks(c)};
        for (int row = 0; row < c->kernel; row++)
          o.rows[row] = ring + (first + row + 3) % 3 * row_size + (size_t)(x - left) * c->stride * neon_pixel_bytes(c);
        run_strips(call, sum_up, &o, group, y, x, right - x < chunk ? right - x : chunk);
      }
    }
  }
}

// Rows, or the tiles that are selected.
static team_units units(const convolution_call *call, int members) {
  (void)members;
  return call->tiles.numbers ? (team_units){call->tiles.count, 1} : (team_units){call->convolution->height, 4};
}

static void run_by(const convolution_call *call, void *scratch, team_range range, neon_method method) {
  const convolution *c = call->convolution;
  neon_sum_function *sum_up = neon_sums_of(c, method);
  if (!call->tiles.numbers) {
    run_rectangle(call, sum_up, scratch, range.begin, range.end, 0, c->width);
    return;
  }
  for (int index = range.begin; index < range.end; index++) {
    const tile_place p = place_of(call, index);
    const int bottom = p.top + TILE < c->height ? p.top + TILE : c->height;
    const int right = p.left + TILE < c->width ? p.left + TILE : c->width;
    run_rectangle(call, sum_up, scratch, p.top, bottom, p.left, right);
  }
}

static void run_f32(const convolution_call *call, void *scratch, team_range range) {
  run_by(call, scratch, range, BY_FMA);
}
static void run_dot(const convolution_call *call, void *scratch, team_range range) {
  run_by(call, scratch, range, BY_DOT);
}
static void run_matrix(const convolution_call *call, void *scratch, team_range range) {
  run_by(call, scratch, range, BY_MATRIX);
}

static bool supports(const convolution *c) {
  if (c->is_image ? c->kernel != 3 || c->groups != 1 || c->takes_means : c->inputs % 8 != 0 || c->in.pixel != 8)
    return false;
  if (c->out.pixel != 8 || (c->has_addend && c->add.pixel != 8) || (c->groups > 1 && c->outputs % 8 != 0)) return false;
  if (c->kernel == 1) return c->stride == 1 && c->padding == 0;
  return c->kernel == 3 && (c->stride == 1 || c->stride == 2) && c->padding <= 1;
}
static bool supports_f32(const convolution *c) { return c->reads == ELEMENT_F32 && supports(c); }
static bool supports_u8(const convolution *c) { return c->reads == ELEMENT_U8 && !c->is_image && supports(c); }

const kernel direct_u8_neon_i8mm = {
    .name = "direct:neon_i8mm", .needs = INSTRUCTIONS_NEON | INSTRUCTIONS_NEON_I8MM, .supports = supports_u8,
    .packed_size = neon_packed_size, .pack = neon_pack_matrix, .scratch_size = scratch_size, .units = units,
    .run = run_matrix};
const kernel direct_u8_neon_dot = {
    .name = "direct:neon_dot", .needs = INSTRUCTIONS_NEON | INSTRUCTIONS_NEON_DOT, .supports = supports_u8,
    .packed_size = neon_packed_size, .pack = neon_pack_dot, .scratch_size = scratch_size, .units = units, .run = run_dot};
const kernel direct_f32_neon = {
    .name = "direct:neon", .needs = INSTRUCTIONS_NEON, .supports = supports_f32, .packed_size = neon_packed_size,
    .pack = neon_pack_f32, .scratch_size = scratch_size, .units = units, .run = run_f32};
#endif
