// 3×3 convolution with stride 1 and padding 1 by Winograd's minimal filtering F(4×4, 3×3) in f32 (Lavin & Gray 2016):
// a quarter of the multiplications of direct convolution. Results differ from direct ones by about 1e-6 of the
// largest value.
#include <string.h>

#include "../include/kernel.h"
#include "vectors.h"
#include "winograd_f32.h"

#if defined(__x86_64__)

enum { POSITIONS = 36, WINDOW = 6, STRIP_MAX = 32 };

// Floats of the transformed filters of one group.
static size_t group_count(const convolution *c) { return (size_t)POSITIONS * c->inputs * c->outputs; }
static size_t packed_size(const convolution *c) { return sizeof(float) * c->groups * group_count(c); }

// Rows of G: evaluation points 0, ±1, ±2 and infinity.
static const double filter_points[WINDOW][3] = {
    {1.0 / 4, 0, 0},           {-1.0 / 6, -1.0 / 6, -1.0 / 6},   {-1.0 / 6, 1.0 / 6, -1.0 / 6},
    {1.0 / 24, 1.0 / 12, 1.0 / 6}, {1.0 / 24, -1.0 / 12, 1.0 / 6}, {0, 0, 1},
};

// Tiles per chunk: their inputs fit part of the second-level cache, and rows of sums fill the registers.
static int chunk_limit(const winograd_body *body, const convolution *c) {
  const int fitting = body->chunk_bytes / (POSITIONS * (int)sizeof(float) * c->inputs) / body->rows * body->rows;
  return fitting < body->rows ? body->rows : fitting > 96 ? 96 : fitting;
}

// Chunks of the same size, as many for each member.
static team_units units(const winograd_body *body, const convolution_call *call, int members) {
  const int limit = chunk_limit(body, call->convolution) * members, rounds = (call->tiles.count + limit - 1) / limit;
  return (team_units){rounds * members, 1};
}

// Positions are padded by one cache line, so that they do not fall into the same cache sets.
enum { GAP = 16 };
static size_t input_stride(const convolution *c, int chunk) { return (size_t)chunk * c->inputs + GAP; }
static size_t sum_stride(int chunk) { return (size_t)chunk * STRIP_MAX + GAP; }

static size_t scratch_floats(const convolution *c, int chunk) {
  return POSITIONS * (input_stride(c, chunk) + sum_stride(chunk));
}

// Transforms one input channel of a strip: `width` filters together, so that the compiler can vectorise.
AVX2 INLINE void pack_strip(
    const filters *filters, const float *values, const float *factors, float *to, size_t step, const int width) {
  double g[9][STRIP_MAX], half[WINDOW][3][STRIP_MAX];
  for (int o = 0; o < width; o++)
    for (int i = 0; i < 9; i++) 
      g[i][o] = (double)factors[o] * values[o * filters->output + (filters->is_rotated ? 8 - i : i)];
  for (int i = 0; i < WINDOW; i++) {
    const double *p = filter_points[i];
    for (int j = 0; j < 3; j++)
      for (int o = 0; o < width; o++) half[i][j][o] = p[0] * g[j][o] + p[1] * g[3 + j][o] + p[2] * g[6 + j][o];
  }
  for (int i = 0; i < WINDOW; i++)
    for (int j = 0; j < WINDOW; j++) {
      const double *p = filter_points[j];
      for (int o = 0; o < width; o++)
        to[(i * WINDOW + j) * step + o] =
            (float)(p[0] * half[i][0][o] + p[1] * half[i][1][o] + p[2] * half[i][2][o]);
    }
}

AVX2 static void pack_group(
    const winograd_body *body, const convolution *c, const filters *f, int group, const float *factors, float *packed) {
  for (int first = 0; first < c->outputs;) {
    const int width = body->strip_width(c->outputs - first);
    const float *values = f->values + group * f->group + first * f->output;
    float *strip = packed + (size_t)POSITIONS * c->inputs * first;
    const size_t step = (size_t)c->inputs * width;
    for (int i = 0; i < c->inputs; i++) {
      const float *channel = values + i * f->input;
      float *to = strip + (size_t)i * width;
      if (width == 16) pack_strip(f, channel, factors + first, to, step, 16);
      else if (width == 24) pack_strip(f, channel, factors + first, to, step, 24);
      else if (width == 32) pack_strip(f, channel, factors + first, to, step, 32);
      else pack_strip(f, channel, factors + first, to, step, 8);
    }
    first += width;
  }
}

static void pack(const winograd_body *body, convolution *c, const filters *f, void *packed, const float *factors) {
  for (int group = 0; group < c->groups; group++)
    pack_group(body, c, f, group, factors + group * c->outputs, (float *)packed + group * group_count(c));
}

// One dimension of the input transform (rows of B transposed).
AVX2 INLINE void spread(__m256 x[WINDOW]) {
  const __m256 two = _mm256_set1_ps(2), four = _mm256_set1_ps(4), five = _mm256_set1_ps(5);
  const __m256 a = _mm256_fnmadd_ps(four, x[2], x[4]), b = _mm256_fnmadd_ps(four, x[1], x[3]);
  const __m256 c = _mm256_sub_ps(x[4], x[2]), d = _mm256_sub_ps(x[3], x[1]);
  const __m256 first = _mm256_fmadd_ps(four, x[0], _mm256_fnmadd_ps(five, x[2], x[4]));
  const __m256 last = _mm256_fmadd_ps(four, x[1], _mm256_fnmadd_ps(five, x[3], x[5]));
  x[0] = first;
  x[1] = _mm256_add_ps(a, b);
  x[2] = _mm256_sub_ps(a, b);
  x[3] = _mm256_fmadd_ps(two, d, c);
  x[4] = _mm256_fnmadd_ps(two, d, c);
  x[5] = last;
}

// One dimension of the output transform (rows of A transposed): six sums become four outputs.
AVX2 INLINE void gather(const __m256 m[WINDOW], __m256 y[TILE]) {
  const __m256 two = _mm256_set1_ps(2), four = _mm256_set1_ps(4), eight = _mm256_set1_ps(8);
  const __m256 s = _mm256_add_ps(m[1], m[2]), d = _mm256_sub_ps(m[1], m[2]);
  const __m256 p = _mm256_add_ps(m[3], m[4]), q = _mm256_sub_ps(m[3], m[4]);
  y[0] = _mm256_add_ps(_mm256_add_ps(m[0], s), p);
  y[1] = _mm256_fmadd_ps(two, q, d);
  y[2] = _mm256_fmadd_ps(four, p, s);
  y[3] = _mm256_add_ps(_mm256_fmadd_ps(eight, q, d), m[5]);
}

// Transforms eight channels of one tile's 6×6 window to the 36 positions, `stride` floats apart.
AVX2 INLINE void transform_input(const float *window, ptrdiff_t pixel, ptrdiff_t row, float *to, size_t stride) {
  __m256 half[WINDOW][WINDOW], line[WINDOW];
  UNROLLED for (int x = 0; x < WINDOW; x++) {
    UNROLLED for (int y = 0; y < WINDOW; y++) line[y] = _mm256_loadu_ps(window + y * row + x * pixel);
    spread(line);
    UNROLLED for (int y = 0; y < WINDOW; y++) half[y][x] = line[y];
  }
  UNROLLED for (int y = 0; y < WINDOW; y++) {
    UNROLLED for (int x = 0; x < WINDOW; x++) line[x] = half[y][x];
    spread(line);
    UNROLLED for (int x = 0; x < WINDOW; x++) _mm256_storeu_ps(to + (y * WINDOW + x) * stride, line[x]);
  }
}

static inline int tile_number(map_tiles tiles, int index) { return tiles.numbers ? tiles.numbers[index] : index; }

AVX2 static void transform_inputs(
    const convolution *c, const float *in, int group, map_tiles tiles, int first, int count, float *to,
    size_t stride) {
  const int columns = (c->width + TILE - 1) / TILE;
  float edge[WINDOW * WINDOW * 8] __attribute__((aligned(32)));
  for (int tile = 0; tile < count; tile++) {
    const int number = tile_number(tiles, first + tile);
    const int top = number / columns * TILE - 1, left = number % columns * TILE - 1;
    const bool inside = top >= 0 && left >= 0 && top + WINDOW <= c->height && left + WINDOW <= c->width;
    for (int channel = 0; channel < c->inputs; channel += 8) {
      const float *map = in + (group * c->inputs + channel) / 8 * c->in.block;
      float *target = to + (size_t)tile * c->inputs + channel;
      if (inside) {
        transform_input(map + top * c->in.row + left * c->in.pixel, c->in.pixel, c->in.row, target, stride);
        continue;
      }
      // A window that exceeds the map is copied, with a border of zeros.
      memset(edge, 0, sizeof edge);
      for (int y = top < 0 ? 1 : 0; y < WINDOW && top + y < c->height; y++)
        for (int x = left < 0 ? 1 : 0; x < WINDOW && left + x < c->width; x++)
          _mm256_store_ps(
              edge + (y * WINDOW + x) * 8, _mm256_loadu_ps(map + (top + y) * c->in.row + (left + x) * c->in.pixel));
      transform_input(edge, 8, WINDOW * 8, target, stride);
    }
  }
}

// Transforms the sums of one tile and eight output channels to 4×4 outputs, of which `height` × `width` are inside
// the map.
AVX2 INLINE void transform_output(
    const convolution *c, const float *sums, size_t stride, __m256 bias, float *to, const float *add,
    const int height, const int width, const int activation) {
  __m256 half[TILE][WINDOW], line[WINDOW], result[TILE];
  UNROLLED for (int x = 0; x < WINDOW; x++) {
    UNROLLED for (int y = 0; y < WINDOW; y++) line[y] = _mm256_loadu_ps(sums + (y * WINDOW + x) * stride);
    gather(line, result);
    UNROLLED for (int y = 0; y < TILE; y++) half[y][x] = result[y];
  }
  // By way of memory, because the activation needs the registers for its constants.
  float held[TILE][TILE * 8] __attribute__((aligned(32)));
  UNROLLED for (int y = 0; y < TILE; y++) {
    gather(half[y], result);
    UNROLLED for (int x = 0; x < TILE; x++) _mm256_store_ps(held[y] + x * 8, _mm256_add_ps(result[x], bias));
  }
  for (int y = 0; y < height; y++)
    for (int x = 0; x < width; x++) {
      __m256 value = activate(_mm256_load_ps(held[y] + x * 8), activation);
      if (add) value = _mm256_add_ps(value, _mm256_loadu_ps(add + y * c->add.row + x * c->add.pixel));
      _mm256_storeu_ps(to + y * c->out.row + x * c->out.pixel, value);
    }
}

#define TRANSFORM_OUTPUTS(NAME, ACTIVATION)                                                                       \
  AVX2 static void NAME(                                                                                          \
      const convolution *c, const float *sums, size_t stride, int channel, int width,                    \
      map_tiles tiles, int first, int count, float *out, const float *add) {                                 \
    const int columns = (c->width + TILE - 1) / TILE;                                                             \
    for (int tile = 0; tile < count; tile++) {                                                                    \
      const int number = tile_number(tiles, first + tile);                                                        \
      const int top = number / columns * TILE, left = number % columns * TILE;                                    \
      const int rows = c->height - top, wide = c->width - left;                                                   \
      for (int v = 0; v < width; v += 8) {                                                                        \
        const __m256 bias = _mm256_loadu_ps(c->bias + channel + v);                                               \
        const float *from = sums + (size_t)tile * width + v;                                                      \
        const int block = (channel + v) / 8;                                                                      \
        float *to = out + block * c->out.block + top * c->out.row + left * c->out.pixel;                          \
        const float *more = add ? add + block * c->add.block + top * c->add.row + left * c->add.pixel : NULL;     \
        if (rows >= TILE && wide >= TILE)                                                                         \
          transform_output(c, from, stride, bias, to, more, TILE, TILE, ACTIVATION);                              \
        else                                                                                                      \
          transform_output(                                                                                       \
              c, from, stride, bias, to, more, rows < TILE ? rows : TILE, wide < TILE ? wide : TILE, ACTIVATION); \
      }                                                                                                           \
    }                                                                                                             \
  }
TRANSFORM_OUTPUTS(transform_linear, ACTIVATION_LINEAR)
TRANSFORM_OUTPUTS(transform_silu, ACTIVATION_SILU)
TRANSFORM_OUTPUTS(transform_relu, ACTIVATION_RELU)

// Computes `count` tiles from `first` on: transforms all input channels of a group, then one strip of output channels
// after the other.
static void run_chunk(
    const winograd_body *body, const convolution *c, const float *in, float *out, const float *add, float *scratch, int group,
    map_tiles tiles, int first, int count, int chunk) {
  const size_t stride = input_stride(c, chunk), sums_stride = sum_stride(chunk);
  float *sums = scratch + POSITIONS * stride;
  transform_inputs(c, in, group, tiles, first, count, scratch, stride);
  for (int done = 0; done < c->outputs;) {
    const int width = body->strip_width(c->outputs - done), channel = group * c->outputs + done;
    const float *weights = (const float *)c->weights + (size_t)POSITIONS * c->inputs * channel;
    for (int position = 0; position < POSITIONS; position++) {
      const float *tiles = scratch + position * stride, *w = weights + (size_t)position * c->inputs * width;
      float *to = sums + position * sums_stride;
      body->multiply(width, tiles, c->inputs, w, to, count);
    }
    if (c->activation == ACTIVATION_SILU)
      transform_silu(c, sums, sums_stride, channel, width, tiles, first, count, out, add);
    else if (c->activation == ACTIVATION_RELU)
      transform_relu(c, sums, sums_stride, channel, width, tiles, first, count, out, add);
    else
      transform_linear(c, sums, sums_stride, channel, width, tiles, first, count, out, add);
    done += width;
  }
}

static void run(const winograd_body *body, const convolution_call *call, void *scratch, team_range range) {
  const convolution *c = call->convolution;
  const int count = call->tiles.count, chunk = (count + range.count - 1) / range.count;
  for (int unit = range.begin; unit < range.end; unit++) {
    const int first = count * unit / range.count, end = count * (unit + 1) / range.count;
    for (int group = 0; group < c->groups; group++)
      run_chunk(body, c, call->in, call->out, call->add, scratch, group, call->tiles, first, end - first, chunk);
  }
}

static bool supports(const convolution *c) {
  return c->reads == ELEMENT_F32 && c->writes == ELEMENT_F32 && c->kernel == 3 && c->stride == 1 && c->padding == 1 &&
         !c->is_image && !c->takes_means && c->inputs % 8 == 0 && c->outputs % 8 == 0;
}

// Output channels are computed 16 at a time, so that two vectors of weights and six rows of sums fit 16 registers; a
// remainder of eight joins the last strip (24) or is separate (8).
static int avx2_strip(int left) { return left == 24 || left == 8 ? left : 16; }
// With 32 registers of 16 floats: 32 at a time.
static int avx512_strip(int left) { return left >= 32 ? 32 : left >= 16 ? 16 : 8; }

static const winograd_body avx2_body = {avx2_strip, winograd_multiply_avx2, 6, 128 << 10};
static const winograd_body avx512_body = {avx512_strip, winograd_multiply_avx512, 12, 128 << 10};

#define WINOGRAD_KERNEL(SYMBOL, NAME, NEEDS, BODY)                                                            \
  static size_t SYMBOL##_scratch(const convolution *c) {                                                      \
    return sizeof(float) * scratch_floats(c, chunk_limit(&BODY, c));                                          \
  }                                                                                                           \
  static void SYMBOL##_pack(convolution *c, const filters *f, void *packed, float *factors, float *bias) {    \
    pack(&BODY, c, f, packed, factors);                                                                       \
  }                                                                                                           \
  static team_units SYMBOL##_units(const convolution_call *call, int members) {                               \
    return units(&BODY, call, members);                                                                       \
  }                                                                                                           \
  static void SYMBOL##_run(const convolution_call *call, void *scratch, team_range range) {                   \
    run(&BODY, call, scratch, range);                                                                         \
  }                                                                                                           \
  const kernel SYMBOL = {                                                                                     \
      NAME, NEEDS, supports, packed_size, SYMBOL##_pack, SYMBOL##_scratch, SYMBOL##_units, SYMBOL##_run};
WINOGRAD_KERNEL(winograd_f32_avx2, "winograd:avx2", INSTRUCTIONS_AVX2, avx2_body)
WINOGRAD_KERNEL(winograd_f32_avx512, "winograd:avx512", INSTRUCTIONS_AVX2 | INSTRUCTIONS_AVX512, avx512_body)
#endif
