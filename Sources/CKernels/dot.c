#include "dot.h"

#include <math.h>
#include <string.h>

#include "team.h"

#if defined(__x86_64__)
#include <immintrin.h>
#define INLINE static inline __attribute__((always_inline))
// Loops whose sums must be in registers.
#define UNROLLED _Pragma("clang loop unroll(full)")
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
// bf16 instructions are only in what makes bf16 numbers.
#define FINISHING __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
#define BF16 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))

bool dot_available(map_element element) {
  if (!__builtin_cpu_supports("avx512bw") || !__builtin_cpu_supports("avx512dq") || !__builtin_cpu_supports("avx512vl"))
    return false;
  return element == ELEMENT_U8     ? __builtin_cpu_supports("avx512vnni")
         : element == ELEMENT_BF16 ? __builtin_cpu_supports("avx512bf16")
                                   : false;
}
#else
bool dot_available(map_element element) { return false; }
#endif

static int element_size(map_element element) { return element == ELEMENT_U8 ? 1 : element == ELEMENT_BF16 ? 2 : 4; }

// Groups of four bytes that lie together for one pixel, and channels in them.
static int lane_count(const dot_convolution *c) { return c->is_picture || c->reads == ELEMENT_U8 ? 2 : 4; }
static int block_channels(const dot_convolution *c) { return c->is_picture ? 4 : 8; }
static int block_count(const dot_convolution *c) { return c->is_picture ? 1 : c->inputs / 8; }

// Output channels are computed 32 at a time, as what keeps two vectors of weights and their sums in registers; a remainder
// by 16 and by 8.
static int padded_outputs(const dot_convolution *c) { return (c->outputs + 7) / 8 * 8; }
static int strip_width(int left) { return left >= 32 ? 32 : left >= 16 ? 16 : 8; }

size_t dot_packed_size(const dot_convolution *c) {
  return (size_t)c->kernel * c->kernel * block_count(c) * lane_count(c) * 4 * padded_outputs(c);
}

// Strip by strip: for each of them block by block, row of the window, four bytes of the block, column, output channel.
void dot_pack(const dot_convolution *c, const void *weights, void *packed) {
  const int area = c->kernel * c->kernel, size = element_size(c->reads), channels = 4 / size;
  const uint8_t *from = weights;
  uint8_t *to = packed;
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
                  memcpy(to, from + (((size_t)o * c->inputs + input) * area + row * c->kernel + column) * size, size);
                else
                  memset(to, 0, size);
              }
    first += width;
  }
}

static double silu_of(double x) { return x / (1 + exp(-x)); }

bool dot_curve_make(const dot_convolution *c, struct dot_curve *curve) {
  // Beyond the largest number nothing is told apart, and below -8 SiLU is 0 to within a number.
  const double step = 1 / c->out_factor, largest = (255 - c->out_offset) * step;
  const double range = largest > 8 ? largest : 8, unit = range / 32768;
  int shift = 0;
  while (shift < 6 && unit / step * 1.1 * (2 << shift) < 0.99) shift++;
  const double scale = (double)(1 << shift) / step;
  double worst = fabs(silu_of(-range));
  for (int i = 0; i < 64; i++) {
    // Sums are read as two's complement, and so are their upper six bits.
    const double first = (i < 32 ? i : i - 64) * range / 32, last = first + range / 32;
    const double slope = (silu_of(last) - silu_of(first)) / (last - first), middle = (first + last) / 2;
    // The line is moved by half of what it misses in the middle.
    const double miss = (silu_of(middle) - (silu_of(first) + silu_of(last)) / 2) / 2;
    if (fabs(miss) > worst) worst = fabs(miss);
    const double offset = (silu_of(first) - slope * first + miss) * scale + c->out_offset * (1 << shift);
    // Shifting rounds down, so half a number is added.
    const double rounded = floor(offset + (shift > 0 ? 1 << (shift - 1) : 0) + 0.5);
    if (fabs(rounded) > 32767) return false;
    curve->offsets[i] = (int16_t)rounded;
    curve->slopes[i] = (int16_t)floor(slope * unit * scale * 32768 + 0.5);
  }
  curve->range = (float)range;
  curve->shift = shift;
  return c->activation == ACTIVATION_SILU && shift >= 3 && worst <= step / 4;
}

// Rows with their borders that a window sees, in a ring: each is made once and used for up to three rows of outputs.
static int staged_width(const dot_convolution *c, int width) { return (width - 1) * c->stride + c->kernel; }
static size_t staged_size(const dot_convolution *c, int width) {
  return (size_t)block_count(c) * staged_width(c, width) * lane_count(c) * 4;
}

size_t dot_scratch_size(const dot_convolution *c) {
  return c->kernel > 1 ? (3 * staged_size(c, c->width) + 127) / 64 * 64 : 64;
}

#if defined(__x86_64__)

// Where the first pixel's window begins in each of its rows, and how far its blocks are apart, in bytes.
typedef struct {
  const uint8_t *rows[3];
  ptrdiff_t block;
  int blocks;
} operand;
typedef void sum_function(const operand *, ptrdiff_t offset, const uint8_t *weights, void *sums);
// How many pixels the registers hold sums of, and functions for so many, for 4, 2 and 1.
typedef struct {
  int full;
  sum_function *of[4];
} steps;

#define LOAD_256(from) _mm256_loadu_si256((const __m256i *)(from))
#define LOAD_256_PS(from) _mm256_loadu_ps((const float *)(from))
#define STORE_256(to, value) _mm256_store_si256((__m256i *)(to), value)
// Pairs of bf16 numbers are loaded as if each were one float.
#define SPREAD_512(pair) _mm512_castsi512_ps(_mm512_set1_epi32(pair))
#define SPREAD_256(pair) _mm256_castsi256_ps(_mm256_set1_epi32(pair))
#define DOT_512(sum, x, w) _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(w))
#define DOT_256(sum, x, w) _mm256_dpbf16_ps(sum, (__m256bh)(x), (__m256bh)(w))

// `pixels` sums of `vectors` × 16 (or × 8) output channels. A value of the input is used for all columns of the window that
// see it before the next is loaded.
#define SUM_UP(NAME, TARGET, VECTOR, BYTES, LOAD, STORE, SPREAD, ZERO, DOT)                                                         \
  TARGET INLINE void NAME(                                                                                             \
      const operand *x, ptrdiff_t offset, const uint8_t *weights, void *sums, const int pixels, const int vectors,  \
      const int lanes, const int kernel, const int stride) {                                                           \
    VECTOR sum[24][2];                                                                                                 \
    UNROLLED for (int p = 0; p < pixels; p++)                                                                          \
      UNROLLED for (int v = 0; v < vectors; v++) sum[p][v] = ZERO();                                                   \
    for (int block = 0; block < x->blocks; block++)                                                                    \
      for (int row = 0; row < kernel; row++) {                                                                         \
        const uint8_t *in = x->rows[row] + block * x->block + offset;                                                  \
        for (int lane = 0; lane < lanes; lane++, in += 4) {                                                            \
          VECTOR w[3][2];                                                                                              \
          UNROLLED for (int c = 0; c < kernel; c++)                                                                    \
            UNROLLED for (int v = 0; v < vectors; v++) {                                                               \
              w[c][v] = LOAD(weights);                                                                                 \
              weights += BYTES;                                                                                        \
            }                                                                                                          \
          UNROLLED for (int i = 0; i < (pixels - 1) * stride + kernel; i++) {                                          \
            int32_t four;                                                                                              \
            memcpy(&four, in + i * lanes * 4, 4);                                                                      \
            const VECTOR value = SPREAD(four);                                                                         \
            UNROLLED for (int c = 0; c < kernel; c++)                                                                  \
              if (i >= c && (i - c) % stride == 0 && (i - c) / stride < pixels)                                        \
                UNROLLED for (int v = 0; v < vectors; v++)                                                             \
                  sum[(i - c) / stride][v] = DOT(sum[(i - c) / stride][v], value, w[c][v]);                            \
          }                                                                                                            \
        }                                                                                                              \
      }                                                                                                                \
    UNROLLED for (int v = 0; v < vectors; v++)                                                                         \
      UNROLLED for (int p = 0; p < pixels; p++) STORE((void *)((uint8_t *)sums + (v * pixels + p) * BYTES), sum[p][v]);               \
  }
SUM_UP(sum_up_u8_512, VNNI, __m512i, 64, _mm512_loadu_si512, _mm512_store_si512, _mm512_set1_epi32, _mm512_setzero_si512,
       _mm512_dpbusd_epi32)
SUM_UP(sum_up_u8_256, VNNI, __m256i, 32, LOAD_256, STORE_256, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_dpbusd_epi32)
SUM_UP(sum_up_bf16_512, BF16, __m512, 64, _mm512_loadu_ps, _mm512_store_ps, SPREAD_512, _mm512_setzero_ps, DOT_512)
SUM_UP(sum_up_bf16_256, BF16, __m256, 32, LOAD_256_PS, _mm256_store_ps, SPREAD_256, _mm256_setzero_ps, DOT_256)

#define OF_STEP(NAME, TARGET, SUM, STEP, VECTORS, LANES, KERNEL, STRIDE)                               \
  TARGET static void NAME(const operand *x, ptrdiff_t offset, const uint8_t *weights, void *sums) {    \
    SUM(x, offset, weights, sums, STEP, VECTORS, LANES, KERNEL, STRIDE);                               \
  }
#define OF_WIDTH(NAME, TARGET, SUM, FULL, VECTORS, LANES, KERNEL, STRIDE)       \
  OF_STEP(NAME##_full, TARGET, SUM, FULL, VECTORS, LANES, KERNEL, STRIDE)       \
  OF_STEP(NAME##_4, TARGET, SUM, 4, VECTORS, LANES, KERNEL, STRIDE)             \
  OF_STEP(NAME##_2, TARGET, SUM, 2, VECTORS, LANES, KERNEL, STRIDE)             \
  OF_STEP(NAME##_1, TARGET, SUM, 1, VECTORS, LANES, KERNEL, STRIDE)
#define STEPS_OF(NAME, FULL) {FULL, {NAME##_full, NAME##_4, NAME##_2, NAME##_1}}

// One kind of window for strips of 8, 16 and 32 output channels, `ONE` or `TWO` vectors of which are in registers.
#define OF_WINDOW(NAME, TARGET, SUM, ONE, TWO, LANES, KERNEL, STRIDE)           \
  OF_WIDTH(NAME##_8, TARGET, SUM##_256, ONE, 1, LANES, KERNEL, STRIDE)          \
  OF_WIDTH(NAME##_16, TARGET, SUM##_512, ONE, 1, LANES, KERNEL, STRIDE)         \
  OF_WIDTH(NAME##_32, TARGET, SUM##_512, TWO, 2, LANES, KERNEL, STRIDE)         \
  static const steps NAME[3] = {STEPS_OF(NAME##_8, ONE), STEPS_OF(NAME##_16, ONE), STEPS_OF(NAME##_32, TWO)};
OF_WINDOW(u8_point, VNNI, sum_up_u8, 24, 12, 2, 1, 1)
OF_WINDOW(u8_window, VNNI, sum_up_u8, 20, 8, 2, 3, 1)
OF_WINDOW(u8_stepping, VNNI, sum_up_u8, 20, 8, 2, 3, 2)
OF_WINDOW(bf16_point, BF16, sum_up_bf16, 24, 12, 4, 1, 1)
OF_WINDOW(bf16_window, BF16, sum_up_bf16, 20, 8, 4, 3, 1)
OF_WINDOW(bf16_stepping, BF16, sum_up_bf16, 20, 8, 4, 3, 2)
OF_WINDOW(picture, BF16, sum_up_bf16, 20, 8, 2, 3, 1)
OF_WINDOW(stepping_picture, BF16, sum_up_bf16, 20, 8, 2, 3, 2)

static const steps *sums_of(const dot_convolution *c, int width) {
  const steps *all = c->reads == ELEMENT_U8
                         ? (c->kernel == 1 ? u8_point : c->stride == 1 ? u8_window : u8_stepping)
                     : c->is_picture ? (c->stride == 1 ? picture : stepping_picture)
                     : c->kernel == 1 ? bf16_point
                     : c->stride == 1 ? bf16_window
                                      : bf16_stepping;
  return all + (width == 32 ? 2 : width == 16 ? 1 : 0);
}

// x · σ(x) with an error of 1e-4, far below what eight bits or bf16 tell apart.
FINISHING INLINE __m512 silu(__m512 x) {
  const __m512 turned = _mm512_mul_ps(x, _mm512_set1_ps(-1.44269504f));
  const __m512 whole = _mm512_roundscale_ps(turned, 0), r = _mm512_sub_ps(turned, whole);
  // 2^r between -1/2 and 1/2 (relative error 1e-4, by Remez' exchange).
  __m512 power = _mm512_fmadd_ps(_mm512_set1_ps(0x1.c3f76p-5f), r, _mm512_set1_ps(0x1.f0de1ap-3f));
  power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(0x1.62f31ap-1f));
  power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(0x1.fff692p-1f));
  return _mm512_mul_ps(x, _mm512_rcp14_ps(_mm512_add_ps(_mm512_scalef_ps(power, whole), _mm512_set1_ps(1))));
}

// Sixteen values of what is added: two blocks of one pixel, or one block of two.
FINISHING INLINE __m512 addend(const uint8_t *low, const uint8_t *high, const map_element element) {
  const int size = element == ELEMENT_U8 ? 8 : element == ELEMENT_BF16 ? 16 : 32;
  uint8_t both[64] __attribute__((aligned(64)));
  memcpy(both, low, size);
  memcpy(both + size, high, size);
  if (element == ELEMENT_U8) return _mm512_cvtepi32_ps(_mm512_cvtepu8_epi32(_mm_load_si128((const __m128i *)both)));
  if (element == ELEMENT_BF16)
    return _mm512_castsi512_ps(
        _mm512_slli_epi32(_mm512_cvtepu16_epi32(_mm256_load_si256((const __m256i *)both)), 16));
  return _mm512_load_ps((const float *)both);
}

// Eight values each to two places.
FINISHING INLINE void put(__m512 y, uint8_t *low, uint8_t *high, const map_element element) {
  if (element == ELEMENT_U8) {
    const __m128i bytes = _mm512_cvtusepi32_epi8(_mm512_max_epi32(_mm512_cvtps_epi32(y), _mm512_setzero_si512()));
    _mm_storel_epi64((__m128i *)low, bytes);
    _mm_storeh_pd((double *)high, _mm_castsi128_pd(bytes));
  } else if (element == ELEMENT_BF16) {
    const __m256i values = (__m256i)_mm512_cvtneps_pbh(y);
    _mm_storeu_si128((__m128i *)low, _mm256_castsi256_si128(values));
    _mm_storeu_si128((__m128i *)high, _mm256_extracti128_si256(values, 1));
  } else {
    _mm256_storeu_ps((float *)low, _mm512_castps512_ps256(y));
    _mm256_storeu_ps((float *)high, _mm512_extractf32x8_ps(y, 1));
  }
}

// The same for four neighbouring pixels of two blocks.
FINISHING INLINE void put_four(const __m512 y[4], uint8_t *low, uint8_t *high, const map_element element) {
  if (element == ELEMENT_U8) {
    // Narrowing leaves four channels of each pixel in every quarter.
    const __m512i order = _mm512_set_epi32(15, 11, 14, 10, 13, 9, 12, 8, 7, 3, 6, 2, 5, 1, 4, 0);
    const __m512i pairs[2] = {_mm512_packs_epi32(_mm512_cvtps_epi32(y[0]), _mm512_cvtps_epi32(y[1])),
                              _mm512_packs_epi32(_mm512_cvtps_epi32(y[2]), _mm512_cvtps_epi32(y[3]))};
    const __m512i bytes = _mm512_permutexvar_epi32(order, _mm512_packus_epi16(pairs[0], pairs[1]));
    _mm256_storeu_si256((__m256i *)low, _mm512_castsi512_si256(bytes));
    _mm256_storeu_si256((__m256i *)high, _mm512_extracti64x4_epi64(bytes, 1));
  } else if (element == ELEMENT_BF16) {
    for (int pair = 0; pair < 2; pair++) {
      const __m512i both = (__m512i)_mm512_cvtne2ps_pbh(y[pair * 2 + 1], y[pair * 2]);
      const __m512i values = _mm512_shuffle_i64x2(both, both, 0xd8);
      _mm256_storeu_si256((__m256i *)low + pair, _mm512_castsi512_si256(values));
      _mm256_storeu_si256((__m256i *)high + pair, _mm512_extracti64x4_epi64(values, 1));
    }
  } else {
    for (int p = 0; p < 4; p++) put(y[p], low + p * 32, high + p * 32, element);
  }
}

// What becomes of sixteen sums.
FINISHING INLINE __m512 result(
    const dot_convolution *c, const int32_t *sums, __m512 factor, __m512 bias, const uint8_t *add, ptrdiff_t add_half,
    const int activation, const map_element element) {
  const __m512i sum = _mm512_loadu_si512(sums);
  __m512 y = _mm512_fmadd_ps(
      c->reads == ELEMENT_U8 ? _mm512_cvtepi32_ps(sum) : _mm512_castsi512_ps(sum), factor, bias);
  if (activation == ACTIVATION_RELU) y = _mm512_max_ps(y, _mm512_setzero_ps());
  if (activation == ACTIVATION_SILU) y = silu(y);
  if (element == ELEMENT_U8) y = _mm512_fmadd_ps(y, _mm512_set1_ps(c->out_factor), _mm512_set1_ps(c->out_offset));
  return add ? _mm512_add_ps(y, addend(add, add + add_half, element)) : y;
}

// Sums of `pixels` × `width` channels from number `channel` on become outputs. A vector of sums is two blocks of one pixel,
// or where only eight channels are left one block of two.
#define FINISH(NAME, ACTIVATION, ELEMENT)                                                                             \
  FINISHING static void NAME(                                                                                         \
      const dot_convolution *c, const int32_t *sums, int pixels, int width, int channel, uint8_t *out,                \
      const uint8_t *add) {                                                                                           \
    const ptrdiff_t group = ELEMENT == ELEMENT_U8 ? 8 : ELEMENT == ELEMENT_BF16 ? 16 : 32;                            \
    const ptrdiff_t out_block = c->out.block / 8 * group, add_block = c->add.block / 8 * group;                       \
    if (width == 8) {                                                                                                 \
      const __m512 factor = _mm512_broadcast_f32x8(_mm256_loadu_ps(c->factors + channel));                            \
      const __m512 bias = _mm512_broadcast_f32x8(_mm256_loadu_ps(c->bias + channel));                                 \
      for (int p = 0; p < pixels; p += 2) {                                                                           \
        uint8_t rest[32];                                                                                             \
        const bool is_pair = p + 1 < pixels;                                                                          \
        const __m512 y = result(                                                                                      \
            c, sums + p * 8, factor, bias, add ? add + p * group : NULL, is_pair ? group : 0, ACTIVATION, ELEMENT);   \
        put(y, out + p * group, is_pair ? out + (p + 1) * group : rest, ELEMENT);                                     \
      }                                                                                                               \
      return;                                                                                                         \
    }                                                                                                                 \
    for (int v = 0; v < width / 16; v++, channel += 16, out += 2 * out_block, add += add ? 2 * add_block : 0) {       \
      const __m512 factor = _mm512_loadu_ps(c->factors + channel), bias = _mm512_loadu_ps(c->bias + channel);         \
      int p = 0;                                                                                                      \
      for (; p + 4 <= pixels; p += 4, sums += 64) {                                                                   \
        __m512 y[4];                                                                                                  \
        UNROLLED for (int i = 0; i < 4; i++)                                                                          \
          y[i] = result(                                                                                              \
              c, sums + i * 16, factor, bias, add ? add + (p + i) * group : NULL, add_block, ACTIVATION, ELEMENT);    \
        put_four(y, out + p * group, out + p * group + out_block, ELEMENT);                                           \
      }                                                                                                               \
      for (; p < pixels; p++, sums += 16) {                                                                           \
        const __m512 y =                                                                                              \
            result(c, sums, factor, bias, add ? add + p * group : NULL, add_block, ACTIVATION, ELEMENT);              \
        put(y, out + p * group, out + p * group + out_block, ELEMENT);                                                \
      }                                                                                                               \
    }                                                                                                                 \
  }
// The same for u8 numbers by a curve, in 16 bits.
typedef struct {
  __m512i offsets[2], slopes[2];
  __m128i shift;
} curve_registers;

FINISHING INLINE __m512i on_curve(const int32_t *sums, __m512 factor, __m512 bias, ptrdiff_t next, const curve_registers *r) {
  const __m512i low = _mm512_cvtps_epi32(_mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_loadu_si512(sums)), factor, bias));
  const __m512i high =
      _mm512_cvtps_epi32(_mm512_fmadd_ps(_mm512_cvtepi32_ps(_mm512_loadu_si512(sums + next)), factor, bias));
  const __m512i x = _mm512_packs_epi32(low, high), line = _mm512_srai_epi16(x, 10);
  const __m512i offset = _mm512_permutex2var_epi16(r->offsets[0], line, r->offsets[1]);
  const __m512i slope = _mm512_permutex2var_epi16(r->slopes[0], line, r->slopes[1]);
  return _mm512_sra_epi16(_mm512_adds_epi16(offset, _mm512_mulhrs_epi16(x, slope)), r->shift);
}

// Eight channels of up to four pixels. (Stores under a mask are slow on some processors.)
FINISHING INLINE void put_pixels(__m256i bytes, uint8_t *to, int pixels) {
  if (pixels >= 4) _mm256_storeu_si256((__m256i *)to, bytes);
  else _mm256_mask_storeu_epi8(to, (1u << pixels * 8) - 1, bytes);
}

FINISHING static void finish_on_curve(
    const dot_convolution *c, const int32_t *sums, int pixels, int width, int channel, uint8_t *out, const uint8_t *add) {
  const struct dot_curve *curve = c->curve;
  const __m512 unit = _mm512_set1_ps(32768 / curve->range);
  const curve_registers r = {
      {_mm512_loadu_si512(curve->offsets), _mm512_loadu_si512(curve->offsets + 32)},
      {_mm512_loadu_si512(curve->slopes), _mm512_loadu_si512(curve->slopes + 32)},
      _mm_cvtsi32_si128(curve->shift)};
  if (width == 8) {
    // Narrowing leaves four channels of two pixels in every quarter.
    const __m512i order = _mm512_set_epi32(0, 0, 0, 0, 0, 0, 0, 0, 13, 9, 5, 1, 12, 8, 4, 0);
    const __m512 factor = _mm512_mul_ps(_mm512_broadcast_f32x8(_mm256_loadu_ps(c->factors + channel)), unit);
    const __m512 bias = _mm512_mul_ps(_mm512_broadcast_f32x8(_mm256_loadu_ps(c->bias + channel)), unit);
    for (int p = 0; p < pixels; p += 4) {
      const __m512i numbers = on_curve(sums + p * 8, factor, bias, 16, &r);
      const __m512i bytes = _mm512_permutexvar_epi32(order, _mm512_packus_epi16(numbers, numbers));
      put_pixels(_mm512_castsi512_si256(bytes), out + p * 8, pixels - p);
    }
    return;
  }
  const __m512i order = _mm512_set_epi32(15, 11, 14, 10, 13, 9, 12, 8, 7, 3, 6, 2, 5, 1, 4, 0);
  for (int v = 0; v < width / 16; v++, channel += 16, out += 2 * c->out.block, sums += pixels * 16) {
    const __m512 factor = _mm512_mul_ps(_mm512_loadu_ps(c->factors + channel), unit);
    const __m512 bias = _mm512_mul_ps(_mm512_loadu_ps(c->bias + channel), unit);
    for (int p = 0; p < pixels; p += 4) {
      const __m512i bytes = _mm512_permutexvar_epi32(
          order, _mm512_packus_epi16(
                     on_curve(sums + p * 16, factor, bias, 16, &r), on_curve(sums + p * 16 + 32, factor, bias, 16, &r)));
      put_pixels(_mm512_castsi512_si256(bytes), out + p * 8, pixels - p);
      put_pixels(_mm512_extracti64x4_epi64(bytes, 1), out + c->out.block + p * 8, pixels - p);
    }
  }
}

#define FINISH_ALL(NAME, ACTIVATION)              \
  FINISH(NAME##_f32, ACTIVATION, ELEMENT_F32)     \
  FINISH(NAME##_bf16, ACTIVATION, ELEMENT_BF16)   \
  FINISH(NAME##_u8, ACTIVATION, ELEMENT_U8)
FINISH_ALL(linear, ACTIVATION_LINEAR)
FINISH_ALL(silu, ACTIVATION_SILU)
FINISH_ALL(relu, ACTIVATION_RELU)
typedef void finish_function(
    const dot_convolution *, const int32_t *sums, int pixels, int width, int channel, uint8_t *out, const uint8_t *add);
static finish_function *const finishers[3][3] = {
    [ACTIVATION_LINEAR] = {linear_f32, linear_bf16, linear_u8},
    [ACTIVATION_SILU] = {silu_f32, silu_bf16, silu_u8},
    [ACTIVATION_RELU] = {relu_f32, relu_bf16, relu_u8}};

// One strip of output channels after the other for `count` pixels side by side.
static void run_strips(const dot_convolution *c, const operand *x, int group, uint8_t *out, const uint8_t *add, int count) {
  const int step_in = c->stride * lane_count(c) * 4, size = element_size(c->writes), outputs = padded_outputs(c);
  const uint8_t *weights = (const uint8_t *)c->weights + group * dot_packed_size(c);
  finish_function *finish = c->curve && c->reads == ELEMENT_U8 ? finish_on_curve : finishers[c->activation][c->writes];
  // A last group of four pixels is read whole.
  int32_t sums[24 * 16 + 64] __attribute__((aligned(64)));
  for (int done = 0; done < outputs;) {
    const int width = strip_width(outputs - done), channel = group * c->outputs + done;
    const steps *s = sums_of(c, width);
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
    weights += dot_packed_size(c) / outputs * width;
    done += width;
  }
}

// Means of `count` groups of eight numbers with the right, lower and lower right ones.
AVX512 static void means_of_u8(const uint8_t *from, ptrdiff_t row, uint8_t *to, int count) {
  for (int x = 0; x < count; x++, from += 8, to += 8) {
    const __m256i upper = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)from));
    const __m256i lower = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(from + row)));
    const __m256i sum = _mm256_add_epi16(upper, lower);
    const __m128i four = _mm_add_epi16(_mm256_castsi256_si128(sum), _mm256_extracti128_si256(sum, 1));
    _mm_storel_epi64((__m128i *)to, _mm_cvtepi16_epi8(_mm_srli_epi16(_mm_add_epi16(four, _mm_set1_epi16(2)), 2)));
  }
}

AVX512 INLINE __m256 real_of(const uint8_t *from) {
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)from)), 16));
}

BF16 static void means_of_bf16(const uint8_t *from, ptrdiff_t row, uint8_t *to, int count) {
  const __m256 quarter = _mm256_set1_ps(0.25f);
  __m256 left = _mm256_add_ps(real_of(from), real_of(from + row));
  for (int x = 0; x < count; x++, to += 16) {
    from += 16;
    const __m256 right = _mm256_add_ps(real_of(from), real_of(from + row));
    _mm_storeu_si128((__m128i *)to, (__m128i)_mm256_cvtneps_pbh(_mm256_mul_ps(_mm256_add_ps(left, right), quarter)));
    left = right;
  }
}

// Three planes of bytes become red, green, blue and 0 as bf16.
AVX512 static void stage_picture(const uint8_t *from, ptrdiff_t plane, uint8_t *to, int count) {
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
static void stage(const dot_convolution *c, const uint8_t *in, int group, int row, int left, int width, uint8_t *to) {
  const int less = c->takes_means ? 1 : 0, rows = c->in_height - less, columns = c->in_width - less;
  const int bytes = lane_count(c) * 4, size = c->is_picture ? 1 : element_size(c->reads);
  const int zero = c->reads == ELEMENT_U8 ? c->zero : 0;
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
    if (c->is_picture) stage_picture(from, c->in.block, inner, count);
    else if (!c->takes_means) memcpy(inner, from, (size_t)count * bytes);
    else if (c->reads == ELEMENT_U8) means_of_u8(from, c->in.row, inner, count);
    else means_of_bf16(from, c->in.row * 2, inner, count);
  }
}

typedef struct {
  const dot_convolution *convolution;
  const uint8_t *in, *add;
  uint8_t *out, *scratch;
  map_tiles tiles;
} dot_work;

// Bytes of inputs that are worked on at one time: half of a first-level cache.
enum { CHUNK_BYTES = 16 << 10 };

// Pixels that all channels are computed of before the next, where each has `bytes` of its own: full steps of any width.
static int chunk_size(int bytes) {
  const int fitting = CHUNK_BYTES / bytes / 120 * 120;
  return fitting < 120 ? 120 : fitting;
}

// A rectangle of outputs that see their surroundings.
static void run_window(const dot_work *work, int top, int bottom, int left, int right, uint8_t *ring) {
  const dot_convolution *c = work->convolution;
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
            c, &o, group, work->out + (y * c->out.row + x * c->out.pixel) * out_size,
            work->add ? work->add + (y * c->add.row + x * c->add.pixel) * out_size : NULL,
            right - x < chunk ? right - x : chunk);
      }
    }
  }
}

// `count` pixels from number `first` on, row by row; each output sees one pixel.
static void run_points(const dot_work *work, int first, int count) {
  const dot_convolution *c = work->convolution;
  const int size = element_size(c->reads), out_size = element_size(c->writes);
  for (int group = 0; group < c->groups; group++) {
    const operand o = {
        .rows = {work->in + (group * block_count(c) * c->in.block + first * c->in.pixel) * size},
        .block = c->in.block * size, .blocks = block_count(c)};
    run_strips(
        c, &o, group, work->out + first * c->out.pixel * out_size,
        work->add ? work->add + first * c->add.pixel * out_size : NULL, count);
  }
}

static void run_share(const void *argument, int member, int threads) {
  const dot_work *work = argument;
  const dot_convolution *c = work->convolution;
  uint8_t *ring = work->scratch + dot_scratch_size(c) * member;
  if (work->tiles.numbers) {
    const int columns = (c->width + TILE - 1) / TILE;
    for (int index = member; index < work->tiles.count; index += threads) {
      const int top = work->tiles.numbers[index] / columns * TILE, left = work->tiles.numbers[index] % columns * TILE;
      const int bottom = top + TILE < c->height ? top + TILE : c->height;
      const int right = left + TILE < c->width ? left + TILE : c->width;
      if (c->kernel > 1) run_window(work, top, bottom, left, right, ring);
      else
        for (int y = top; y < bottom; y++) run_points(work, y * c->width + left, right - left);
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

void dot_run(
    const dot_convolution *c, const void *in, void *out, const void *add, void *scratch, map_tiles tiles, int threads) {
  const dot_work work = {c, in, add, out, scratch, tiles};
  team_run(threads, run_share, &work);
}

#else
void dot_run(
    const dot_convolution *c, const void *in, void *out, const void *add, void *scratch, map_tiles tiles, int threads) {}
#endif
