// Convolution 3×3, step 1, by minimal filtering (Lavin & Gray 2016) in numbers of sixteen bits.
//
// Maps of bytes: F(4×4, 3×3), a quarter of the products. A transformed byte has at most fifteen bits, so it is exact; the
// transformed filters are rounded as finely as sums of 32 bits allow. Maps of bf16: F(2×2, 3×3), four ninths of the products,
// as larger tiles would lose too many of the eight bits. In both four tiles of outputs are a quad, whose transformed inputs
// lie together: eight channels of each.
#include <math.h>
#include <string.h>

#include "dot_parts.h"
#include "team.h"

enum { WINDOW = 6, OUTPUTS_MAX = 32 };
// Bytes of transformed inputs that are worked on at one time: a part of the second-level cache, the rest is for weights and
// sums.
enum { CHUNK_BYTES = 256 << 10, QUADS_MAX = 6 };

static bool is_whole(const dot_convolution *c) { return c->reads == ELEMENT_U8; }
static int side(const dot_convolution *c) { return is_whole(c) ? 6 : 4; }
static int position_count(const dot_convolution *c) { return side(c) * side(c); }
// Output channels are computed 32 at a time, as in dot.c; what is left by 16, filled up with zeros.
static int strip_width(int left) { return left > 16 ? OUTPUTS_MAX : 16; }
static int padded_outputs(const dot_convolution *c) { return (c->outputs + 15) / 16 * 16; }

// Rows of G. For bytes: the filter at the points 0, ±1, ±2 and infinity; for bf16: at 0, ±1 and infinity.
static const double whole_points[6][3] = {{1 / 4., 0, 0},           {-1 / 6., -1 / 6., -1 / 6.}, {-1 / 6., 1 / 6., -1 / 6.},
                                          {1 / 24., 1 / 12., 1 / 6.}, {1 / 24., -1 / 12., 1 / 6.}, {0, 0, 1}};
static const double real_points[4][3] = {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};
// Rows of B transposed for bytes.
static const int spreads[6][6] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                  {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
// A row or column of a transformed filter is divided by this before it is rounded, so that all of them use their bits alike.
#define SHARE_0 .25f
#define SHARE_1 .3f
#define SHARE_3 .15f
static const double shares[6] = {SHARE_0, SHARE_1, SHARE_1, SHARE_3, SHARE_3, 1};

static size_t strip_size(const dot_convolution *c, int width) {
  return (size_t)position_count(c) * c->inputs * width * sizeof(int16_t);
}

size_t dot_filters_size(const dot_convolution *c) { return strip_size(c, padded_outputs(c)); }

// Largest magnitude of a transformed input.
static double bound(int row, int column) {
  int positive = 0, negative = 0;
  for (int y = 0; y < 6; y++)
    for (int x = 0; x < 6; x++) {
      const int product = spreads[row][y] * spreads[column][x];
      if (product > 0) positive += product;
      else negative -= product;
    }
  return 255. * (positive > negative ? positive : negative);
}

// One filter at all positions.
static void transform_filter(const dot_convolution *c, const float *filter, double *to) {
  const int count = side(c);
  const double(*points)[3] = is_whole(c) ? whole_points : real_points;
  for (int i = 0; i < count; i++)
    for (int j = 0; j < count; j++) {
      double sum = 0;
      for (int y = 0; y < 3; y++)
        for (int x = 0; x < 3; x++) sum += points[i][y] * points[j][x] * filter[y * 3 + x];
      to[i * count + j] = is_whole(c) ? sum / (shares[i] * shares[j]) : sum;
    }
}

// What transformed filters of one output channel can be multiplied by without a sum that leaves 32 bits, or a filter 16.
static double finest_scale(const dot_convolution *c, const float *filters) {
  double sums[36] = {0}, largest = 0, at[36];
  for (int i = 0; i < c->inputs; i++) {
    transform_filter(c, filters + i * 9, at);
    for (int p = 0; p < 36; p++) {
      sums[p] += fabs(at[p]);
      largest = fmax(largest, fabs(at[p]));
    }
  }
  if (largest == 0) return 1;
  double scale = 32767 / largest;
  // Rounding may add half a number to each product.
  for (int p = 0; p < 36; p++)
    scale = fmin(scale, (0x1.fffffep30 / bound(p / 6, p % 6) - c->inputs * .5) / sums[p]);
  return scale;
}

static uint16_t to_bf16(double value) {
  const float real = (float)value;
  uint32_t bits;
  memcpy(&bits, &real, 4);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Strip by strip: for each position, pair of input channels, output channel.
void dot_pack_filters(const dot_convolution *c, const float *weights, void *packed, float *units) {
  const int positions = position_count(c);
  double at[36];
  memset(packed, 0, dot_filters_size(c));
  for (int o = 0; o < c->outputs; o++) {
    const int first = o / OUTPUTS_MAX * OUTPUTS_MAX, width = strip_width(padded_outputs(c) - first);
    uint16_t *strip = (uint16_t *)((uint8_t *)packed + strip_size(c, first));
    const float *filters = weights + (size_t)o * c->inputs * 9;
    const double scale = is_whole(c) ? finest_scale(c, filters) : 1;
    units[o] = (float)(1 / scale);
    for (int i = 0; i < c->inputs; i++) {
      transform_filter(c, filters + i * 9, at);
      for (int p = 0; p < positions; p++)
        strip[((size_t)(p * (c->inputs / 2) + i / 2) * width + o - first) * 2 + i % 2] =
            is_whole(c) ? (uint16_t)(int16_t)lrint(at[p] * scale) : to_bf16(at[p]);
    }
  }
}

// Positions lie one cache line more apart than they need to, so that they do not all fall into the same cache sets.
enum { LINE = 64 };
typedef struct {
  size_t input, sum;  // bytes from one position to the next
} strides;
static strides strides_of(const dot_convolution *c, int quads) {
  return (strides){(size_t)quads * c->inputs / 8 * LINE + LINE, (size_t)quads * 4 * OUTPUTS_MAX * 4 + LINE};
}

static int tiles_in_quad(const dot_convolution *c) { return is_whole(c) ? 4 : 1; }

// Quads that are worked on together: threes fill the registers with sums.
static int chunk_quads(const dot_convolution *c) {
  const int fitting = (int)(CHUNK_BYTES / ((size_t)position_count(c) * c->inputs / 8 * LINE)) / 3 * 3;
  return fitting < 3 ? 3 : fitting > QUADS_MAX ? QUADS_MAX : fitting;
}

size_t dot_filters_scratch_size(const dot_convolution *c) {
  const strides s = strides_of(c, chunk_quads(c));
  return position_count(c) * (s.input + s.sum);
}

#if defined(__x86_64__)
// One dimension of the input transform.
AVX512 INLINE void spread(__m512i x[6]) {
  const __m512i c = _mm512_sub_epi16(x[4], x[2]), d = _mm512_sub_epi16(x[3], x[1]);
  const __m512i a = _mm512_sub_epi16(x[4], _mm512_slli_epi16(x[2], 2));
  const __m512i b = _mm512_sub_epi16(x[3], _mm512_slli_epi16(x[1], 2));
  const __m512i twice = _mm512_slli_epi16(d, 1);
  x[0] = _mm512_add_epi16(_mm512_slli_epi16(_mm512_sub_epi16(x[0], x[2]), 2), c);
  x[5] = _mm512_sub_epi16(_mm512_sub_epi16(x[5], x[3]), _mm512_slli_epi16(d, 2));
  x[1] = _mm512_add_epi16(a, b);
  x[2] = _mm512_sub_epi16(a, b);
  x[3] = _mm512_add_epi16(c, twice);
  x[4] = _mm512_sub_epi16(c, twice);
}

// Eight channels of a tile's 6×6 window.
typedef struct {
  const uint8_t *at;
  ptrdiff_t row;
} window;

// Eight channels of four tiles' windows to all positions, `stride` bytes apart.
AVX512 static void transform_bytes(const window windows[4], int zero, uint8_t *to, size_t stride) {
  // Pixels 0 and 1, 2 and 3, 4 and 5 of two pairs of tiles.
  const __m512i low = _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0), high = _mm512_set_epi64(0, 0, 0, 0, 13, 12, 5, 4);
  __m512i half[6][6], line[6];
  for (int y = 0; y < 6; y++) {
    __m512i tile[4];
    for (int t = 0; t < 4; t++) tile[t] = _mm512_maskz_loadu_epi64(0x3f, windows[t].at + y * windows[t].row);
    const __m512i even[2] = {_mm512_unpacklo_epi64(tile[0], tile[1]), _mm512_unpacklo_epi64(tile[2], tile[3])};
    const __m512i odd[2] = {_mm512_unpackhi_epi64(tile[0], tile[1]), _mm512_unpackhi_epi64(tile[2], tile[3])};
    const __m512i first[2] = {_mm512_permutex2var_epi64(even[0], low, even[1]),
                              _mm512_permutex2var_epi64(odd[0], low, odd[1])};
    const __m512i last[2] = {_mm512_permutex2var_epi64(even[0], high, even[1]),
                             _mm512_permutex2var_epi64(odd[0], high, odd[1])};
    for (int x = 0; x < 2; x++) {
      line[x] = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(first[x]));
      line[x + 2] = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(first[x], 1));
      line[x + 4] = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(last[x]));
    }
    spread(line);
    for (int x = 0; x < 6; x++) half[y][x] = line[x];
  }
  for (int x = 0; x < 6; x++) {
    for (int y = 0; y < 6; y++) line[y] = half[y][x];
    spread(line);
    // All rows of B but one add up to 0, so the number for 0 is seen at one position only.
    if (x == 1) line[1] = _mm512_sub_epi16(line[1], _mm512_set1_epi16((short)(36 * zero)));
    for (int y = 0; y < 6; y++) _mm512_store_si512(to + (y * 6 + x) * stride, line[y]);
  }
}

// Eight channels of one tile's window to all positions of its four quarters.
BF16 static void transform_reals(window w, uint8_t *to, size_t stride) {
  const __m512 turn = _mm512_set_ps(-1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1);
  __m512 x[6][3];  // two pixels in each
  for (int y = 0; y < 6; y++)
    for (int pair = 0; pair < 3; pair++)
      x[y][pair] = _mm512_castsi512_ps(_mm512_slli_epi32(
          _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(w.at + y * w.row + pair * 32))), 16));
  __m512i found[4][2][2];  // row, outer or inner columns, upper or lower quarters
  for (int lower = 0; lower < 2; lower++) {
    __m512(*v)[3] = x + lower * 2;
    for (int row = 0; row < 4; row++) {
      __m512 line[3];
      for (int pair = 0; pair < 3; pair++)
        line[pair] = row == 0   ? _mm512_sub_ps(v[0][pair], v[2][pair])
                     : row == 1 ? _mm512_add_ps(v[1][pair], v[2][pair])
                     : row == 2 ? _mm512_sub_ps(v[2][pair], v[1][pair])
                                : _mm512_sub_ps(v[1][pair], v[3][pair]);
      __m512 outer[2], inner[2];
      for (int right = 0; right < 2; right++) {
        const __m512 second = _mm512_shuffle_f32x4(line[right], line[right], 0xee);
        const __m512 third = _mm512_shuffle_f32x4(line[right + 1], line[right + 1], 0x44);
        outer[right] = _mm512_sub_ps(line[right], line[right + 1]);
        inner[right] = _mm512_fmadd_ps(second, turn, third);
      }
      found[row][0][lower] = (__m512i)_mm512_cvtne2ps_pbh(outer[1], outer[0]);
      found[row][1][lower] = (__m512i)_mm512_cvtne2ps_pbh(inner[1], inner[0]);
    }
  }
  for (int row = 0; row < 4; row++)
    for (int inner = 0; inner < 2; inner++) {
      const __m512i *quarters = found[row][inner];
      const int first = inner ? 1 : 0, last = inner ? 2 : 3;
      _mm512_store_si512(to + (row * 4 + first) * stride, _mm512_shuffle_i32x4(quarters[0], quarters[1], 0x88));
      _mm512_store_si512(to + (row * 4 + last) * stride, _mm512_shuffle_i32x4(quarters[0], quarters[1], 0xdd));
    }
}

typedef struct {
  const dot_convolution *convolution;
  const uint8_t *in, *add;
  uint8_t *out, *scratch;
  map_tiles tiles;
} filtering;

static int column_count(const dot_convolution *c) { return (c->width + TILE - 1) / TILE; }

typedef struct {
  int top, left;
} place;
static place place_of(const filtering *work, int index) {
  const int number = work->tiles.numbers ? work->tiles.numbers[index] : index, columns = column_count(work->convolution);
  return (place){number / columns * TILE, number % columns * TILE};
}

// A window that reaches over the border is copied, with the number for 0 around the map.
static window window_at(const dot_convolution *c, const uint8_t *map, place p, uint8_t *copy) {
  const int size = 8 * element_size(c->reads), top = p.top - 1, left = p.left - 1;
  const ptrdiff_t row = c->in.row / 8 * size;
  const uint8_t *at = map + top * row + left * size;
  if (top >= 0 && left >= 0 && top + WINDOW <= c->height && left + WINDOW <= c->width) return (window){at, row};
  memset(copy, is_whole(c) ? c->zero : 0, (size_t)WINDOW * WINDOW * size);
  const int begin = left < 0 ? -left : 0, end = left + WINDOW > c->width ? c->width - left : WINDOW;
  for (int y = top < 0 ? -top : 0; y < WINDOW && top + y < c->height; y++)
    memcpy(copy + (y * WINDOW + begin) * size, at + y * row + begin * size, (size_t)(end - begin) * size);
  return (window){copy, WINDOW * size};
}

// Tiles from number `first` on; where there are fewer than the quads hold, the last is taken again.
static void transform_inputs(const filtering *work, int first, int count, int quads, uint8_t *to, size_t stride) {
  const dot_convolution *c = work->convolution;
  const int in_quad = tiles_in_quad(c), blocks = c->inputs / 8;
  const ptrdiff_t block_size = c->in.block * element_size(c->reads);
  uint8_t copies[4][WINDOW * WINDOW * 16 + LINE];
  for (int quad = 0; quad < quads; quad++) {
    place places[4];
    for (int t = 0; t < in_quad; t++) {
      const int tile = quad * in_quad + t;
      places[t] = place_of(work, first + (tile < count ? tile : count - 1));
    }
    for (int block = 0; block < blocks; block++, to += LINE) {
      window windows[4];
      for (int t = 0; t < in_quad; t++) windows[t] = window_at(c, work->in + block * block_size, places[t], copies[t]);
      if (is_whole(c)) transform_bytes(windows, c->zero, to, stride);
      else transform_reals(windows[0], to, stride);
    }
  }
}

// Weights of many channels come from memory, so they are fetched this many bytes ahead; those of few stay in a cache.
enum { AHEAD = 4096 };

// Written out, as the compiler makes two instructions of the intrinsic: a product and an addition.
VNNI INLINE __m512i dot_whole(__m512i sum, __m512i x, __m512i w) {
  __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
  return sum;
}
#define SPREAD_WHOLE(pair) _mm512_set1_epi32(pair)
#define SPREAD_REAL(pair) _mm512_castsi512_ps(_mm512_set1_epi32(pair))
#define DOT_REAL(sum, x, w) _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(w))
// Sums over all input channels at one position: `quads` × 4 rows of `vectors` × 16 output channels. `quad` bytes are from one
// quad's inputs to the next.
#define MULTIPLY(NAME, TARGET, VECTOR, LOAD, STORE, SPREAD, ZERO, DOT)                                              \
  TARGET INLINE void NAME(                                                                                          \
      const uint8_t *in, size_t quad, int blocks, const uint8_t *weights, size_t ahead, uint8_t *sums,              \
      const int quads, const int vectors) {                                                                         \
    VECTOR sum[12][2];                                                                                              \
    UNROLLED for (int r = 0; r < quads * 4; r++)                                                                    \
      UNROLLED for (int v = 0; v < vectors; v++) sum[r][v] = ZERO();                                                \
    for (int block = 0; block < blocks; block++, in += LINE) {                                                      \
      if (ahead)                                                                                                    \
        UNROLLED for (int v = 0; v < 4 * vectors; v++) __builtin_prefetch(weights + ahead + v * LINE, 0, 2);        \
      UNROLLED for (int pair = 0; pair < 4; pair++) {                                                               \
        VECTOR w[2];                                                                                                \
        UNROLLED for (int v = 0; v < vectors; v++, weights += LINE) w[v] = LOAD(weights);                           \
        UNROLLED for (int r = 0; r < quads * 4; r++) {                                                              \
          int32_t two;                                                                                              \
          memcpy(&two, in + r / 4 * quad + r % 4 * 16 + pair * 4, 4);                                               \
          const VECTOR x = SPREAD(two);                                                                             \
          UNROLLED for (int v = 0; v < vectors; v++) sum[r][v] = DOT(sum[r][v], x, w[v]);                           \
        }                                                                                                           \
      }                                                                                                             \
    }                                                                                                               \
    UNROLLED for (int r = 0; r < quads * 4; r++)                                                                    \
      UNROLLED for (int v = 0; v < vectors; v++) STORE((void *)(sums + (r * vectors + v) * LINE), sum[r][v]);       \
  }                                                                                                                 \
  TARGET static void NAME##_all(                                                                                    \
      const uint8_t *in, size_t quad, int quads, int blocks, const uint8_t *weights, uint8_t *sums, int vectors) {  \
    size_t ahead = blocks * 4 * LINE >= AHEAD ? AHEAD : 0;                                                          \
    for (int q = 0; q < quads; q += 3, in += 3 * quad, sums += 12 * vectors * LINE, ahead = 0) {                    \
      const int left = quads - q;                                                                                   \
      if (vectors == 2) {                                                                                           \
        if (left >= 3) NAME(in, quad, blocks, weights, ahead, sums, 3, 2);                                          \
        else if (left == 2) NAME(in, quad, blocks, weights, ahead, sums, 2, 2);                                     \
        else NAME(in, quad, blocks, weights, ahead, sums, 1, 2);                                                    \
      } else {                                                                                                      \
        if (left >= 3) NAME(in, quad, blocks, weights, ahead, sums, 3, 1);                                          \
        else if (left == 2) NAME(in, quad, blocks, weights, ahead, sums, 2, 1);                                     \
        else NAME(in, quad, blocks, weights, ahead, sums, 1, 1);                                                    \
      }                                                                                                             \
    }                                                                                                               \
  }
MULTIPLY(multiply_whole, VNNI, __m512i, _mm512_loadu_si512, _mm512_store_si512, SPREAD_WHOLE, _mm512_setzero_si512,
         dot_whole)
MULTIPLY(multiply_real, BF16, __m512, _mm512_loadu_ps, _mm512_store_ps, SPREAD_REAL, _mm512_setzero_ps, DOT_REAL)

// One dimension of the output transform of bytes: six sums become four outputs.
AVX512 INLINE void gather_six(const __m512 m[6], __m512 y[4]) {
  const __m512 s = _mm512_add_ps(m[1], m[2]), d = _mm512_sub_ps(m[1], m[2]);
  const __m512 p = _mm512_add_ps(m[3], m[4]), q = _mm512_sub_ps(m[3], m[4]);
  const __m512 one = _mm512_set1_ps(SHARE_1);
  const __m512 ss = _mm512_mul_ps(s, one), dd = _mm512_mul_ps(d, one);
  y[0] = _mm512_fmadd_ps(m[0], _mm512_set1_ps(SHARE_0), _mm512_fmadd_ps(p, _mm512_set1_ps(SHARE_3), ss));
  y[1] = _mm512_fmadd_ps(q, _mm512_set1_ps(2 * SHARE_3), dd);
  y[2] = _mm512_fmadd_ps(p, _mm512_set1_ps(4 * SHARE_3), ss);
  y[3] = _mm512_fmadd_ps(q, _mm512_set1_ps(8 * SHARE_3), _mm512_add_ps(dd, m[5]));
}

// Sixteen channels of one tile's sums to its outputs, row by row.
AVX512 static void gather_bytes(const uint8_t *sums, size_t stride, float to[TILE * TILE][16]) {
  __m512 half[4][6], line[6], y[4];
  UNROLLED for (int column = 0; column < 6; column++) {
    UNROLLED for (int i = 0; i < 6; i++)
      line[i] = _mm512_cvtepi32_ps(_mm512_load_si512(sums + (i * 6 + column) * stride));
    gather_six(line, y);
    UNROLLED for (int i = 0; i < 4; i++) half[i][column] = y[i];
  }
  UNROLLED for (int i = 0; i < 4; i++) {
    gather_six(half[i], y);
    UNROLLED for (int x = 0; x < 4; x++) _mm512_store_ps(to[i * TILE + x], y[x]);
  }
}

// The same of its four quarters, `quarter` bytes apart.
AVX512 static void gather_reals(const uint8_t *sums, size_t stride, size_t quarter, float to[TILE * TILE][16]) {
  UNROLLED for (int q = 0; q < 4; q++) {
    const uint8_t *from = sums + q * quarter;
    __m512 half[2][4];
    UNROLLED for (int x = 0; x < 4; x++) {
      __m512 m[4];
      UNROLLED for (int i = 0; i < 4; i++) m[i] = _mm512_load_ps((const float *)(from + (i * 4 + x) * stride));
      half[0][x] = _mm512_add_ps(_mm512_add_ps(m[0], m[1]), m[2]);
      half[1][x] = _mm512_sub_ps(_mm512_sub_ps(m[1], m[2]), m[3]);
    }
    UNROLLED for (int i = 0; i < 2; i++) {
      float(*at)[16] = to + (q / 2 * 2 + i) * TILE + q % 2 * 2;
      const __m512 *m = half[i];
      _mm512_store_ps(at[0], _mm512_add_ps(_mm512_add_ps(m[0], m[1]), m[2]));
      _mm512_store_ps(at[1], _mm512_sub_ps(_mm512_sub_ps(m[1], m[2]), m[3]));
    }
  }
}

// Copies of constant sizes become moves.
static inline void copy_row(const uint8_t *from, uint8_t *to, int pixels, int size) {
  if (pixels == TILE && size == 1) memcpy(to, from, TILE * 8);
  else if (pixels == TILE && size == 2) memcpy(to, from, TILE * 8 * 2);
  else memcpy(to, from, (size_t)pixels * 8 * size);
}

// Sums of one strip of output channels to outputs, tile by tile.
AVX512 static void make_outputs(
    const filtering *work, const uint8_t *sums, size_t stride, int channel, int width, int first, int count) {
  const dot_convolution *c = work->convolution;
  const int vectors = width / 16, size = element_size(c->writes);
  const int left = (c->outputs - channel) / 8, blocks = left < width / 8 ? left : width / 8;
  // A tile is finished beside the map, as if its rows were one.
  enum { PIXELS = TILE * TILE };
  dot_convolution tile_of = *c;
  tile_of.out.block = tile_of.add.block = PIXELS * 8;
  finish_function *finish = dot_finisher_of(c, false);
  float made[OUTPUTS_MAX / 16][PIXELS][16] __attribute__((aligned(64)));
  uint8_t finished[OUTPUTS_MAX * PIXELS * 4], added[OUTPUTS_MAX * PIXELS * 4];
  for (int tile = 0; tile < count; tile++) {
    const place p = place_of(work, first + tile);
    const int rows = c->height - p.top < TILE ? c->height - p.top : TILE;
    const int columns = c->width - p.left < TILE ? c->width - p.left : TILE;
    uint8_t *out = work->out + (channel / 8 * c->out.block + p.top * c->out.row + p.left * 8) * size;
    const ptrdiff_t out_block = c->out.block * size, out_row = c->out.row * size;
    // Lines are fetched meanwhile.
    for (int block = 0; block < blocks; block++)
      for (int y = 0; y < rows; y++) __builtin_prefetch(out + block * out_block + y * out_row, 1);
    for (int v = 0; v < vectors; v++)
      if (is_whole(c)) gather_bytes(sums + (tile * vectors + v) * LINE, stride, made[v]);
      else gather_reals(sums + (tile * 4 * vectors + v) * LINE, stride, vectors * LINE, made[v]);
    for (int block = 0; work->add && block < blocks; block++) {
      const ptrdiff_t at = (channel / 8 + block) * c->add.block + p.top * c->add.row + p.left * 8;
      for (int y = 0; y < rows; y++)
        copy_row(work->add + (at + y * c->add.row) * size, added + (block * PIXELS + y * TILE) * 8 * size, columns, size);
    }
    finish(&tile_of, made, PIXELS, width, channel, finished, work->add ? added : NULL);
    for (int block = 0; block < blocks; block++)
      for (int y = 0; y < rows; y++)
        copy_row(finished + (block * PIXELS + y * TILE) * 8 * size, out + block * out_block + y * out_row, columns, size);
  }
}

static void run_chunk(const filtering *work, uint8_t *scratch, int first, int count) {
  const dot_convolution *c = work->convolution;
  const int in_quad = tiles_in_quad(c), quads = (count + in_quad - 1) / in_quad, blocks = c->inputs / 8;
  const strides s = strides_of(c, quads);
  uint8_t *sums = scratch + position_count(c) * s.input;
  transform_inputs(work, first, count, quads, scratch, s.input);
  const uint8_t *weights = c->weights;
  for (int channel = 0; channel < padded_outputs(c);) {
    const int width = strip_width(padded_outputs(c) - channel);
    for (int position = 0; position < position_count(c); position++) {
      (is_whole(c) ? multiply_whole_all : multiply_real_all)(
          scratch + position * s.input, (size_t)blocks * LINE, quads, blocks, weights, sums + position * s.sum, width / 16);
      weights += (size_t)c->inputs * width * sizeof(int16_t);
    }
    make_outputs(work, sums, s.sum, channel, width, first, count);
    channel += width;
  }
}

static void run_share(const void *argument, int member, int threads) {
  const filtering *work = argument;
  const dot_convolution *c = work->convolution;
  uint8_t *scratch = work->scratch + dot_filters_scratch_size(c) / LINE * LINE * member;
  const int in_quad = tiles_in_quad(c), quads = (work->tiles.count + in_quad - 1) / in_quad;
  const int begin = quads * member / threads, end = quads * (member + 1) / threads, most = chunk_quads(c);
  for (int quad = begin; quad < end; quad += most) {
    const int last = quad + most < end ? quad + most : end;
    const int stop = last * in_quad < work->tiles.count ? last * in_quad : work->tiles.count;
    run_chunk(work, scratch, quad * in_quad, stop - quad * in_quad);
  }
}

void dot_run_filters(
    const dot_convolution *c, const void *in, void *out, const void *add, void *scratch, map_tiles tiles, int threads) {
  if (!tiles.numbers) tiles.count = column_count(c) * ((c->height + TILE - 1) / TILE);
  const filtering work = {c, in, add, out, scratch, tiles};
  team_run(threads, run_share, &work);
}
#else
void dot_run_filters(
    const dot_convolution *c, const void *in, void *out, const void *add, void *scratch, map_tiles tiles, int threads) {}
#endif
