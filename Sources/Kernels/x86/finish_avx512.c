// Finishes sums: activation, addition and narrowing.
#include <string.h>

#include "curve.h"
#include "finish.h"
#include "vectors.h"

#if defined(__x86_64__)
// Only the functions that write bf16 use its instructions.
#define FINISHING BF16

// x · σ(x) with an error of 1e-4, far below the resolution of 8 bits or bf16.
FINISHING INLINE __m512 silu(__m512 x) {
  const __m512 turned = _mm512_mul_ps(x, _mm512_set1_ps(-1.44269504f));
  const __m512 whole = _mm512_roundscale_ps(turned, 0), r = _mm512_sub_ps(turned, whole);
  // Polynomial for 2^r between -1/2 and 1/2 (relative error 1e-4, by the Remez algorithm).
  __m512 power = _mm512_fmadd_ps(_mm512_set1_ps(0x1.c3f76p-5f), r, _mm512_set1_ps(0x1.f0de1ap-3f));
  power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(0x1.62f31ap-1f));
  power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(0x1.fff692p-1f));
  return _mm512_mul_ps(x, _mm512_rcp14_ps(_mm512_add_ps(_mm512_scalef_ps(power, whole), _mm512_set1_ps(1))));
}

// The same to a few ulp, as in vectors.h.
FINISHING INLINE __m512 accurate_silu(__m512 x) {
  const __m512 y = _mm512_min_ps(_mm512_max_ps(x, _mm512_set1_ps(-87)), _mm512_set1_ps(87));
  const __m512 turned = _mm512_mul_ps(y, _mm512_set1_ps(-1.44269504f)), whole = _mm512_roundscale_ps(turned, 0);
  const __m512 r = _mm512_fmsub_ps(y, _mm512_set1_ps(-1.44269504f), whole);
  __m512 power = _mm512_set1_ps(POWER_5);
  power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(POWER_4));
  power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(POWER_3));
  power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(POWER_2));
  power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(POWER_1));
  power = _mm512_fmadd_ps(power, r, _mm512_set1_ps(POWER_0));
  return _mm512_div_ps(x, _mm512_add_ps(_mm512_scalef_ps(power, whole), _mm512_set1_ps(1)));
}

// Loads sixteen addends: two blocks of one pixel, or one block of two.
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

// Stores eight values each at two places.
FINISHING INLINE void put_two(__m512 y, uint8_t *low, uint8_t *high, const map_element element) {
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
    for (int p = 0; p < 4; p++) put_two(y[p], low + p * 32, high + p * 32, element);
  }
}

FINISHING INLINE __m512 real_sums(const int32_t *sums, const bool are_integers) {
  const __m512i sum = _mm512_loadu_si512(sums);
  return are_integers ? _mm512_cvtepi32_ps(sum) : _mm512_castsi512_ps(sum);
}

// Finishes sixteen sums.
FINISHING INLINE __m512 result(
    const convolution *c, const int32_t *sums, __m512 factor, __m512 bias, const uint8_t *add, ptrdiff_t add_half,
    const bool are_integers, const bool is_accurate, const int activation, const map_element element) {
  __m512 y = _mm512_fmadd_ps(real_sums(sums, are_integers), factor, bias);
  if (activation == ACTIVATION_RELU) y = _mm512_max_ps(y, _mm512_setzero_ps());
  if (activation == ACTIVATION_SILU) y = is_accurate ? accurate_silu(y) : silu(y);
  if (element == ELEMENT_U8) y = _mm512_fmadd_ps(y, _mm512_set1_ps(c->out_factor), _mm512_set1_ps(c->out_offset));
  return add ? _mm512_add_ps(y, addend(add, add + add_half, element)) : y;
}

FINISHING INLINE void finish(
    const convolution *c, const int32_t *sums, int pixels, int width, int channel, uint8_t *out, const uint8_t *add,
    const bool are_integers, const bool is_accurate, const int activation, const map_element element) {
  const ptrdiff_t group = element == ELEMENT_U8 ? 8 : element == ELEMENT_BF16 ? 16 : 32;
  const ptrdiff_t out_block = c->out.block / 8 * group, add_block = c->add.block / 8 * group;
  if (width == 8) {
    const __m512 factor = _mm512_broadcast_f32x8(_mm256_loadu_ps(c->factors + channel));
    const __m512 bias = _mm512_broadcast_f32x8(_mm256_loadu_ps(c->bias + channel));
    for (int p = 0; p < pixels; p += 2) {
      uint8_t rest[32];
      const bool is_pair = p + 1 < pixels;
      const __m512 y = result(
          c, sums + p * 8, factor, bias, add ? add + p * group : NULL, is_pair ? group : 0, are_integers, is_accurate, activation, element);
      put_two(y, out + p * group, is_pair ? out + (p + 1) * group : rest, element);
    }
    return;
  }
  for (int v = 0; v < width / 16; v++, channel += 16, out += 2 * out_block, add += add ? 2 * add_block : 0) {
    const __m512 factor = _mm512_loadu_ps(c->factors + channel), bias = _mm512_loadu_ps(c->bias + channel);
    int p = 0;
    for (; p + 4 <= pixels; p += 4, sums += 64) {
      __m512 y[4];
      UNROLLED for (int i = 0; i < 4; i++)
        y[i] = result(
            c, sums + i * 16, factor, bias, add ? add + (p + i) * group : NULL, add_block, are_integers, is_accurate, activation, element);
      put_four(y, out + p * group, out + p * group + out_block, element);
    }
    for (; p < pixels; p++, sums += 16) {
      const __m512 y =
          result(c, sums, factor, bias, add ? add + p * group : NULL, add_block, are_integers, is_accurate, activation, element);
      put_two(y, out + p * group, out + p * group + out_block, element);
    }
  }
}

// Loads and stores eight channels of up to four pixels. (Masked stores are slow on some processors.)
FINISHING INLINE __m256i get_pixels(const uint8_t *from, int pixels) {
  if (pixels >= 4) return _mm256_loadu_si256((const __m256i *)from);
  return _mm256_maskz_loadu_epi8((1u << pixels * 8) - 1, from);
}
FINISHING INLINE void put_pixels(__m256i bytes, uint8_t *to, int pixels) {
  if (pixels >= 4) _mm256_storeu_si256((__m256i *)to, bytes);
  else _mm256_mask_storeu_epi8(to, (1u << pixels * 8) - 1, bytes);
}

// The same for u8 outputs by a piecewise linear curve.
FINISHING INLINE void finish_on_curve(
    const convolution *c, const int32_t *sums, int pixels, int width, int channel, uint8_t *out, const uint8_t *add,
    const bool are_integers, const bool adds) {
  const curve_registers r = load_curve(&c->curve);
  const __m256i none = _mm256_setzero_si256();
  if (width == 8) {
    // A vector has two pixels of eight channels.
    const __m512i order = _mm512_set_epi32(0, 0, 0, 0, 0, 0, 0, 0, 13, 9, 5, 1, 12, 8, 4, 0);
    const __m256i halves = _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0);
    const __m512 factor = _mm512_broadcast_f32x8(_mm256_loadu_ps(c->factors + channel));
    const __m512 bias = _mm512_broadcast_f32x8(_mm256_loadu_ps(c->bias + channel));
    for (int p = 0; p < pixels; p += 4) {
      __m512i addend;
      if (adds) addend = curve_addend(_mm256_permutevar8x32_epi32(get_pixels(add + p * 8, pixels - p), halves), &r);
      const __m512 low = _mm512_fmadd_ps(real_sums(sums + p * 8, are_integers), factor, bias);
      const __m512 high = _mm512_fmadd_ps(real_sums(sums + p * 8 + 16, are_integers), factor, bias);
      const __m512i values = on_curve(low, high, &r, adds ? &addend : NULL);
      const __m512i bytes = _mm512_permutexvar_epi32(order, _mm512_packus_epi16(values, values));
      put_pixels(_mm512_castsi512_si256(bytes), out + p * 8, pixels - p);
    }
    return;
  }
  for (int v = 0; v < width / 16; v++, channel += 16, out += 2 * c->out.block, sums += pixels * 16) {
    const __m512 factor = _mm512_loadu_ps(c->factors + channel), bias = _mm512_loadu_ps(c->bias + channel);
    for (int p = 0; p < pixels; p += 4) {
      __m512 y[4];
      UNROLLED for (int i = 0; i < 4; i++)
        y[i] = _mm512_fmadd_ps(real_sums(sums + (p + i) * 16, are_integers), factor, bias);
      const __m512i bytes = four_on_curve(
          y, &r, adds, adds ? get_pixels(add + p * 8, pixels - p) : none,
          adds ? get_pixels(add + c->add.block + p * 8, pixels - p) : none);
      put_pixels(_mm512_castsi512_si256(bytes), out + p * 8, pixels - p);
      put_pixels(_mm512_extracti64x4_epi64(bytes, 1), out + c->out.block + p * 8, pixels - p);
    }
    if (adds) add += 2 * c->add.block;
  }
}

#define FINISH(NAME, CALL)                                                                           \
  FINISHING static void NAME(                                                                        \
      const convolution *c, const void *sums, int pixels, int width, int channel, uint8_t *out,  \
      const uint8_t *add) {                                                                          \
    CALL;                                                                                            \
  }
#define FINISH_INTO(NAME, ARE_INTEGERS, IS_ACCURATE, ACTIVATION, ELEMENT)  \
  FINISH(NAME, finish(c, sums, pixels, width, channel, out, add, ARE_INTEGERS, IS_ACCURATE, ACTIVATION, ELEMENT))
#define FINISH_BY(NAME, ARE_INTEGERS, IS_ACCURATE, ACTIVATION)                   \
  FINISH_INTO(NAME##_f32, ARE_INTEGERS, IS_ACCURATE, ACTIVATION, ELEMENT_F32)    \
  FINISH_INTO(NAME##_bf16, ARE_INTEGERS, IS_ACCURATE, ACTIVATION, ELEMENT_BF16)  \
  FINISH_INTO(NAME##_u8, ARE_INTEGERS, IS_ACCURATE, ACTIVATION, ELEMENT_U8)
#define FINISH_OF(NAME, ARE_INTEGERS, IS_ACCURATE)                                           \
  FINISH_BY(NAME##_linear, ARE_INTEGERS, IS_ACCURATE, ACTIVATION_LINEAR)                     \
  FINISH_BY(NAME##_silu, ARE_INTEGERS, IS_ACCURATE, ACTIVATION_SILU)                         \
  FINISH_BY(NAME##_relu, ARE_INTEGERS, IS_ACCURATE, ACTIVATION_RELU)                         \
  static finish_function *const NAME[3][3] = {                                           \
      [ACTIVATION_LINEAR] = {NAME##_linear_f32, NAME##_linear_bf16, NAME##_linear_u8},   \
      [ACTIVATION_SILU] = {NAME##_silu_f32, NAME##_silu_bf16, NAME##_silu_u8},           \
      [ACTIVATION_RELU] = {NAME##_relu_f32, NAME##_relu_bf16, NAME##_relu_u8}};
FINISH_OF(whole, true, false)
FINISH_OF(real, false, false)
FINISH_OF(accurate, false, true)
FINISH(whole_curve, finish_on_curve(c, sums, pixels, width, channel, out, add, true, false))
FINISH(whole_curve_added, finish_on_curve(c, sums, pixels, width, channel, out, add, true, true))
FINISH(real_curve, finish_on_curve(c, sums, pixels, width, channel, out, add, false, false))
FINISH(real_curve_added, finish_on_curve(c, sums, pixels, width, channel, out, add, false, true))
static finish_function *const curves[2][2] = {{real_curve, real_curve_added}, {whole_curve, whole_curve_added}};

finish_function *finisher_avx512(const convolution *c, bool are_integers) {
  if (c->curve.shift > 0) return curves[are_integers][c->has_addend];
  return (are_integers ? whole : c->reads == ELEMENT_F32 ? accurate : real)[c->activation][c->writes];
}
#endif
