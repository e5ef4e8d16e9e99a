// The harness of direct convolution: stages rows with their borders and distributes pixels, strips of output channels
// and shares of the team. Bodies do the arithmetic.
#include "direct.h"

#include <string.h>

#include "silu_curve.h"

// Whether an image is read with three channels and a zero interleaved, as bf16 or bytes. f32 images stay planar.
static bool is_interleaved(const convolution *c) { return c->is_image && c->reads != ELEMENT_F32; }

// Groups of four bytes per pixel, the channels in each, and the number of such blocks.
static int lane_count(const convolution *c) {
  if (c->is_image) return c->reads == ELEMENT_BF16 ? 2 : 1;
  return 2 * element_size(c->reads);
}
static int block_channels(const convolution *c) { return c->is_image ? (is_interleaved(c) ? 4 : 1) : 8; }
static int block_count(const convolution *c) {
  return c->is_image ? (is_interleaved(c) ? 1 : c->inputs) : c->inputs / 8;
}

bool direct_supports(const convolution *c) {
  if (c->is_image ? c->groups != 1 || c->kernel != 3 : c->inputs % 8 != 0 || c->in.pixel != 8) return false;
  // The outputs of a single group are padded.
  if ((c->groups != 1 && c->outputs % 8 != 0) || c->out.pixel != 8) return false;
  if (c->kernel == 3) return c->stride >= 1 && c->stride <= 2 && c->padding <= 1;
  return c->kernel == 1 && c->stride == 1 && c->padding == 0 && !c->takes_means;
}

// Output channels are computed in strips whose sums and weights fill the registers.
static int padded_outputs(const convolution *c) { return (c->outputs + 7) / 8 * 8; }
static int strip_width(const direct_body *body, int left) {
  int width = body->widest;
  while (width > left && width > 8) width /= 2;
  return width;
}

// Bytes of the weights of one group.
static size_t group_size(const convolution *c) {
  return (size_t)c->kernel * c->kernel * block_count(c) * lane_count(c) * 4 * padded_outputs(c);
}
size_t direct_packed_size(const convolution *c) { return c->groups * group_size(c); }

static void put_weight(float value, map_element element, uint8_t *to) {
  const uint16_t bits = bf16_of(value);
  const int8_t integer = element == ELEMENT_U8 ? (int8_t)value : 0;
  if (element == ELEMENT_U8) memcpy(to, &integer, 1);
  else if (element == ELEMENT_BF16) memcpy(to, &bits, 2);
  else memcpy(to, &value, 4);
}

// Order: strip, block, row of the window, four bytes of the block, column, output channel.
static void pack_group(const direct_body *body, const convolution *c, const filters *f, int group, uint8_t *to) {
  const int size = element_size(c->reads), channels = 4 / size;
  memset(to, 0, group_size(c));
  for (int first = 0; first < padded_outputs(c);) {
    const int width = strip_width(body, padded_outputs(c) - first);
    for (int block = 0; block < block_count(c); block++)
      for (int row = 0; row < c->kernel; row++)
        for (int lane = 0; lane < lane_count(c); lane++)
          for (int column = 0; column < c->kernel; column++)
            for (int o = first; o < first + width; o++)
              for (int i = 0; i < channels; i++, to += size) {
                const int input = block * block_channels(c) + lane * channels + i;
                if (o < c->outputs && input < c->inputs)
                  put_weight(filter_at(f, c, group, o, input, row * c->kernel + column), c->reads, to);
              }
    first += width;
  }
}

void direct_pack(const direct_body *body, convolution *c, const filters *f, void *packed, float *factors, float *bias) {
  for (int group = 0; group < c->groups; group++)
    pack_group(body, c, f, group, (uint8_t *)packed + group * group_size(c));
  if (c->reads == ELEMENT_U8) subtract_zero_point(c, f, factors, bias);
  if (body->has_curves) use_silu_curve(c, factors, bias);
}

// The input rows of a window, with borders, in a ring: each is staged once and used for up to three rows of outputs.
static int staged_width(const convolution *c, int width) { return (width - 1) * c->stride + c->kernel; }
static size_t staged_size(const convolution *c, int width) {
  return (size_t)block_count(c) * staged_width(c, width) * lane_count(c) * 4;
}

size_t direct_scratch_size(const convolution *c) {
  return c->kernel > 1 ? (3 * staged_size(c, c->width) + 127) / 64 * 64 : 64;
}

// The most sums per step: 24 pixels of 16 channels, or 12 of 32; a last group of four pixels is read whole.
enum { SUMS_MAX = 24 * 16 + 64 };

// Computes `count` neighbouring pixels, one strip of output channels after the other.
static void run_strips(
    const direct_body *body, const convolution *c, const operand *x, int group, uint8_t *out, const uint8_t *add,
    int count) {
  const int step_in = c->stride * lane_count(c) * 4, size = element_size(c->writes), outputs = padded_outputs(c);
  const uint8_t *weights = (const uint8_t *)c->weights + group * group_size(c);
  finish_function *finish = body->finisher_of(c);
  int32_t sums[SUMS_MAX] __attribute__((aligned(64)));
  for (int done = 0; done < outputs;) {
    const int width = strip_width(body, outputs - done), channel = group * c->outputs + done;
    const sum_steps *s = body->sums_of(c, width);
    uint8_t *to = out + channel / 8 * c->out.block * size;
    const uint8_t *more = add ? add + channel / 8 * c->add.block * size : NULL;
    for (int first = 0; first < count;) {
      const int left = count - first;
      // Few sums at a time are bound by latency: 4 + 4 is better than 6 + 2.
      const bool is_full = left >= s->full && !(s->full == 6 && left == 8);
      const int kind = is_full ? 0 : left >= 4 ? 1 : left >= 2 ? 2 : 3, step = kind ? 8 >> kind : s->full;
      uint8_t *at = to + first * c->out.pixel * size;
      if (kind < 2 && s->finishing[kind] && c->curve.shift > 0 && !more) {
        s->finishing[kind](x, (ptrdiff_t)first * step_in, weights, &(finish_target){c, channel, at});
      } else {
        s->of[kind](x, (ptrdiff_t)first * step_in, weights, sums);
        finish(c, sums, step, width, channel, at, more ? more + first * c->add.pixel * size : NULL);
      }
      first += step;
    }
    weights += group_size(c) / outputs * width;
    done += width;
  }
}

// Stages input row `row`, from column `left` on, `width` wide, with the zero point as border.
static void stage(
    const direct_body *body, const convolution *c, const uint8_t *in, int group, int row, int left, int width,
    uint8_t *to) {
  const int less = c->takes_means ? 1 : 0, rows = c->in_height - less, columns = c->in_width - less;
  const int bytes = lane_count(c) * 4, size = is_interleaved(c) ? 1 : element_size(c->reads);
  const int zero = c->reads == ELEMENT_U8 ? c->zero_point : 0;
  const int before = left < 0 ? -left : 0, end = left + width > columns ? columns - left : width, count = end - before;
  for (int block = 0; block < block_count(c); block++, to += (size_t)width * bytes) {
    if (row < 0 || row >= rows || count <= 0) {
      memset(to, zero, (size_t)width * bytes);
      continue;
    }
    memset(to, zero, (size_t)before * bytes);
    memset(to + (size_t)end * bytes, zero, (size_t)(width - end) * bytes);
    const uint8_t *from =
        in + ((group * block_count(c) + block) * c->in.block + row * c->in.row + (left + before) * c->in.pixel) * size;
    uint8_t *inner = to + (size_t)before * bytes;
    if (is_interleaved(c)) body->stage_image(c->reads, from, c->in.block, inner, count);
    else if (c->takes_means) body->means(c->reads, from, c->in.row * size, inner, count);
    else memcpy(inner, from, (size_t)count * bytes);
  }
}

// Bytes of inputs per tile: half of a first-level cache.
enum { CHUNK_BYTES = 16 << 10 };

// Pixels of which all channels are computed before the next, if each needs `bytes` of inputs: whole steps of any
// width.
static int chunk_size(const convolution *c, int bytes) {
  const int step = c->reads == ELEMENT_F32 ? 12 : 120, fitting = CHUNK_BYTES / bytes / step * step;
  return fitting < step ? step : fitting;
}

// A rectangle of outputs of a 3×3 convolution.
static void run_window(
    const direct_body *body, const convolution_call *call, int top, int bottom, int left, int right, uint8_t *ring) {
  const convolution *c = call->convolution;
  const int bytes = lane_count(c) * 4, out_size = element_size(c->writes);
  const int width = staged_width(c, right - left), first_column = left * c->stride - c->padding;
  const int chunk = chunk_size(c, block_count(c) * bytes * 3 * c->stride);
  const size_t row_size = staged_size(c, right - left);
  uint8_t *out = call->out;
  const uint8_t *add = call->add;
  for (int group = 0; group < c->groups; group++) {
    int staged = top * c->stride - c->padding;
    for (int y = top; y < bottom; y++) {
      const int first_row = y * c->stride - c->padding;
      for (; staged < first_row + c->kernel; staged++)
        stage(body, c, call->in, group, staged, first_column, width, ring + (staged + 3) % 3 * row_size);
      for (int x = left; x < right; x += chunk) {
        operand o = {.block = (ptrdiff_t)width * bytes, .blocks = block_count(c)};
        for (int row = 0; row < 3; row++)
          o.rows[row] = ring + (first_row + row + 3) % 3 * row_size + (size_t)(x - left) * c->stride * bytes;
        run_strips(
            body, c, &o, group, out + (y * c->out.row + x * c->out.pixel) * out_size,
            add ? add + (y * c->add.row + x * c->add.pixel) * out_size : NULL, right - x < chunk ? right - x : chunk);
      }
    }
  }
}

// `count` pixels of a 1×1 convolution from index `first` on, row by row.
static void run_points(const direct_body *body, const convolution_call *call, int first, int count) {
  const convolution *c = call->convolution;
  const int size = element_size(c->reads), out_size = element_size(c->writes);
  for (int group = 0; group < c->groups; group++) {
    const uint8_t *in = call->in, *add = call->add;
    const operand o = {
        .rows = {in + (group * block_count(c) * c->in.block + first * c->in.pixel) * size},
        .block = c->in.block * size, .blocks = block_count(c)};
    run_strips(
        body, c, &o, group, (uint8_t *)call->out + first * c->out.pixel * out_size,
        add ? add + first * c->add.pixel * out_size : NULL, count);
  }
}

static void run_tiles(const direct_body *body, const convolution_call *call, uint8_t *ring, team_range range) {
  const convolution *c = call->convolution;
  for (int index = range.begin; index < range.end; index++) {
    const tile_place p = place_of(call, index);
    const int bottom = p.top + TILE < c->height ? p.top + TILE : c->height;
    const int right = p.left + TILE < c->width ? p.left + TILE : c->width;
    if (c->kernel > 1) run_window(body, call, p.top, bottom, p.left, right, ring);
    else
      for (int y = p.top; y < bottom; y++) run_points(body, call, y * c->width + p.left, right - p.left);
  }
}

// Pixels of a unit of a 1×1 convolution: whole steps of any width.
enum { POINTS = 24 };

// Selected tiles; rows, of which each staged one serves the next, too; or points, since rows are contiguous.
team_units direct_units(const convolution_call *call, int members) {
  (void)members;
  const convolution *c = call->convolution;
  if (call->tiles.numbers) return (team_units){call->tiles.count, 4};
  if (c->kernel > 1) return (team_units){c->height, 4};
  return (team_units){(c->height * c->width + POINTS - 1) / POINTS, 5};
}

void direct_run(const direct_body *body, const convolution_call *call, void *scratch, team_range range) {
  const convolution *c = call->convolution;
  if (call->tiles.numbers) {
    run_tiles(body, call, scratch, range);
  } else if (c->kernel > 1) {
    run_window(body, call, range.begin, range.end, 0, c->width, scratch);
  } else {
    const int count = c->height * c->width, chunk = chunk_size(c, block_count(c) * lane_count(c) * 4);
    const int end = range.end * POINTS < count ? range.end * POINTS : count;
    for (int first = range.begin * POINTS; first < end; first += chunk)
      run_points(body, call, first, end - first < chunk ? end - first : chunk);
  }
}
