// Convolution by direct sums of products of four bytes: of four u8 by s8 (AVX-512 VNNI) or of two bf16 (AVX-512 BF16), 1×1
// or 3×3.
#include <string.h>

#include "means.h"
#include "parts.h"

#if defined(__x86_64__)
// Groups of four bytes that lie together for one pixel, and channels in them.
static int lane_count(const convolution *c) { return c->is_image || c->reads == ELEMENT_U8 ? 2 : 4; }
static int block_channels(const convolution *c) { return c->is_image ? 4 : 8; }
static int block_count(const convolution *c) { return c->is_image ? 1 : c->inputs / 8; }

// Output channels are computed 32 at a time, as what keeps two vectors of weights and their sums in registers; a remainder
// by 16 and by 8.
static int padded_outputs(const convolution *c) { return (c->outputs + 7) / 8 * 8; }
static int strip_width(int left) { return left >= 32 ? 32 : left >= 16 ? 16 : 8; }

// Bytes of the weights of one group.
static size_t group_size(const convolution *c) {
  return (size_t)c->kernel * c->kernel * block_count(c) * lane_count(c) * 4 * padded_outputs(c);
}
static size_t packed_size(const convolution *c) { return c->groups * group_size(c); }

static void put_weight(float value, map_element element, uint8_t *to) {
  if (element == ELEMENT_U8) *to = (uint8_t)(int8_t)value;
  else {
    const uint16_t bits = bf16_of(value);
    memcpy(to, &bits, 2);
  }
}

// Strip by strip: for each of them block by block, row of the window, four bytes of the block, column, output channel.
static void pack_group(const convolution *c, const filters *f, int group, uint8_t *to) {
  const int size = element_size(c->reads), channels = 4 / size;
  memset(to, 0, group_size(c));
  for (int first = 0; first < padded_outputs(c);) {
    const int width = strip_width(padded_outputs(c) - first);
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

static void pack(convolution *c, const filters *f, void *packed, float *factors, float *bias) {
  for (int group = 0; group < c->groups; group++) pack_group(c, f, group, (uint8_t *)packed + group * group_size(c));
  if (c->reads == ELEMENT_U8) subtract_zero_point(c, f, factors, bias);
  use_silu_curve(c, factors, bias);
}

// Rows with their borders that a window sees, in a ring: each is made once and used for up to three rows of outputs.
static int staged_width(const convolution *c, int width) { return (width - 1) * c->stride + c->kernel; }
static size_t staged_size(const convolution *c, int width) {
  return (size_t)block_count(c) * staged_width(c, width) * lane_count(c) * 4;
}

static size_t scratch_size(const convolution *c) {
  return c->kernel > 1 ? (3 * staged_size(c, c->width) + 127) / 64 * 64 : 64;
}

// One strip of output channels after the other for `count` pixels side by side.
static void run_strips(const convolution *c, const operand *x, int group, uint8_t *out, const uint8_t *add, int count) {
  const int step_in = c->stride * lane_count(c) * 4, size = element_size(c->writes), outputs = padded_outputs(c);
  const uint8_t *weights = (const uint8_t *)c->weights + group * group_size(c);
  finish_function *finish = finisher_of(c, c->reads == ELEMENT_U8);
  // A last group of four pixels is read whole.
  int32_t sums[24 * 16 + 64] __attribute__((aligned(64)));
  for (int done = 0; done < outputs;) {
    const int width = strip_width(outputs - done), channel = group * c->outputs + done;
    const steps *s = direct_sums_of(c, width);
    uint8_t *to = out + channel / 8 * c->out.block * size;
    const uint8_t *more = add ? add + channel / 8 * c->add.block * size : NULL;
    for (int first = 0; first < count;) {
      const int left = count - first;
      const int kind = left >= s->full ? 0 : left >= 4 ? 1 : left >= 2 ? 2 : 3, step = kind ? 8 >> kind : s->full;
      s->of[kind](x, (ptrdiff_t)first * step_in, weights, sums);
      finish(
          c, sums, step, width, channel, to + first * c->out.pixel * size, more ? more + first * c->add.pixel * size : NULL);
      first += step;
    }
    weights += group_size(c) / outputs * width;
    done += width;
  }
}

// Three planes of bytes become red, green, blue and 0 as bf16.
AVX512 static void stage_image(const uint8_t *from, ptrdiff_t plane, uint8_t *to, int count) {
  const __m512i low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
  for (int x = 0; x < count; x += 16) {
    const __mmask16 some = count - x < 16 ? (__mmask16)((1 << (count - x)) - 1) : 0xffff;
    __m512i real[3];
    for (int i = 0; i < 3; i++)
      real[i] = _mm512_castps_si512(
          _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_maskz_loadu_epi8(some, from + i * plane + x))));
    const __m512i two = _mm512_or_si512(_mm512_srli_epi32(real[0], 16), real[1]), one = _mm512_srli_epi32(real[2], 16);
    const __m512i pairs[2] = {_mm512_permutex2var_epi32(two, low, one), _mm512_permutex2var_epi32(two, high, one)};
    for (int half = 0; half < 2; half++)
      _mm512_mask_storeu_epi64(to + x * 8 + half * 64, (__mmask8)(some >> half * 8), pairs[half]);
  }
}

// Row `row` of the input, from column `left` on, `width` wide, with the number for 0 around the map.
static void stage(const convolution *c, const uint8_t *in, int group, int row, int left, int width, uint8_t *to) {
  const int less = c->takes_means ? 1 : 0, rows = c->in_height - less, columns = c->in_width - less;
  const int bytes = lane_count(c) * 4, size = c->is_image ? 1 : element_size(c->reads);
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
    if (c->is_image) stage_image(from, c->in.block, inner, count);
    else if (!c->takes_means) memcpy(inner, from, (size_t)count * bytes);
    else if (c->reads == ELEMENT_U8) means_of_u8(from, c->in.row, inner, count);
    else means_of_bf16(from, c->in.row * 2, inner, count);
  }
}

// Bytes of inputs that are worked on at one time: half of a first-level cache.
enum { CHUNK_BYTES = 16 << 10 };

// Pixels that all channels are computed of before the next, where each has `bytes` of its own: full steps of any width.
static int chunk_size(int bytes) {
  const int fitting = CHUNK_BYTES / bytes / 120 * 120;
  return fitting < 120 ? 120 : fitting;
}

// A rectangle of outputs that see their surroundings.
static void run_window(const convolution_call *work, int top, int bottom, int left, int right, uint8_t *ring) {
  const convolution *c = work->convolution;
  const int bytes = lane_count(c) * 4, out_size = element_size(c->writes);
  const int width = staged_width(c, right - left), first_column = left * c->stride - c->padding;
  const int chunk = chunk_size(block_count(c) * bytes * 3 * c->stride);
  const size_t row_size = staged_size(c, right - left);
  for (int group = 0; group < c->groups; group++) {
    int staged = top * c->stride - c->padding;
    for (int y = top; y < bottom; y++) {
      const int first_row = y * c->stride - c->padding;
      for (; staged < first_row + c->kernel; staged++)
        stage(c, work->in, group, staged, first_column, width, ring + (staged + 3) % 3 * row_size);
      for (int x = left; x < right; x += chunk) {
        operand o = {.block = (ptrdiff_t)width * bytes, .blocks = block_count(c)};
        for (int row = 0; row < 3; row++)
          o.rows[row] = ring + (first_row + row + 3) % 3 * row_size + (size_t)(x - left) * c->stride * bytes;
        run_strips(
            c, &o, group, (uint8_t *)work->out + (y * c->out.row + x * c->out.pixel) * out_size,
            work->add ? (const uint8_t *)work->add + (y * c->add.row + x * c->add.pixel) * out_size : NULL,
            right - x < chunk ? right - x : chunk);
      }
    }
  }
}

// `count` pixels from number `first` on, row by row; each output sees one pixel.
static void run_points(const convolution_call *work, int first, int count) {
  const convolution *c = work->convolution;
  const int size = element_size(c->reads), out_size = element_size(c->writes);
  for (int group = 0; group < c->groups; group++) {
    const operand o = {
        .rows = {(const uint8_t *)work->in + (group * block_count(c) * c->in.block + first * c->in.pixel) * size},
        .block = c->in.block * size, .blocks = block_count(c)};
    run_strips(
        c, &o, group, (uint8_t *)work->out + first * c->out.pixel * out_size,
        work->add ? (const uint8_t *)work->add + first * c->add.pixel * out_size : NULL, count);
  }
}

static void run(const convolution_call *work, void *ring, int member, int threads) {
  const convolution *c = work->convolution;
  if (work->tiles.numbers) {
    for (int index = member; index < work->tiles.count; index += threads) {
      const tile_place p = place_of(work, index);
      const int bottom = p.top + TILE < c->height ? p.top + TILE : c->height;
      const int right = p.left + TILE < c->width ? p.left + TILE : c->width;
      if (c->kernel > 1) run_window(work, p.top, bottom, p.left, right, ring);
      else
        for (int y = p.top; y < bottom; y++) run_points(work, y * c->width + p.left, right - p.left);
    }
  } else if (c->kernel > 1) {
    // Each row that is staged serves the next outputs, too, so a thread has rows side by side.
    run_window(work, c->height * member / threads, c->height * (member + 1) / threads, 0, c->width, ring);
  } else {
    // Rows follow one another without a gap, so the map is one long row, of which a thread has a piece as of the others.
    const int count = c->height * c->width, chunk = chunk_size(block_count(c) * lane_count(c) * 4);
    const int piece = (count + threads * 24 - 1) / (threads * 24) * 24;
    const int start = piece * member, end = start + piece < count ? start + piece : count;
    for (int first = start; first < end; first += chunk)
      run_points(work, first, end - first < chunk ? end - first : chunk);
  }
}

// 1×1, or 3×3 with a stride of up to two; groups of whole blocks of channels.
static bool supports(const convolution *c) {
  if (c->is_image ? c->groups != 1 || c->kernel != 3 : c->inputs % 8 != 0 || c->in.pixel != 8) return false;
  if (c->groups != 1 && c->outputs % 8 != 0) return false;
  if (c->out.pixel != 8) return false;
  // Only some of the processors with these instructions round to bf16.
  if (c->writes == ELEMENT_BF16 && !(this_processor()->usable & INSTRUCTIONS_AVX512_BF16)) return false;
  if (c->kernel == 3) return c->stride >= 1 && c->stride <= 2 && c->padding <= 1;
  return c->kernel == 1 && c->stride == 1 && c->padding == 0 && !c->takes_means;
}
static bool supports_u8(const convolution *c) { return c->reads == ELEMENT_U8 && !c->is_image && supports(c); }
static bool supports_bf16(const convolution *c) { return c->reads == ELEMENT_BF16 && supports(c); }

const kernel direct_u8_avx512_vnni = {
    "direct:avx512_vnni", INSTRUCTIONS_AVX512 | INSTRUCTIONS_AVX512_VNNI, supports_u8, packed_size, pack, scratch_size, run};
const kernel direct_bf16_avx512_bf16 = {
    "direct:avx512_bf16", INSTRUCTIONS_AVX512 | INSTRUCTIONS_AVX512_BF16, supports_bf16, packed_size, pack, scratch_size,
    run};
#endif
