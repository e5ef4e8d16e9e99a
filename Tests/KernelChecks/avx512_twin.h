// Plain C in the place of the AVX-512 and VNNI instructions that the kernels use, after the pseudocode of Intel's manual. Included
// before the kernels' own sources (run.sh), so that their packing, edges and rounding are checked on processors without
// them. The kernels have other names then.
#pragma once
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "../../Sources/Kernels/include/processor.h"
#include "../../Sources/Kernels/x86/attributes.h"
#include "../../Sources/Kernels/x86/vectors.h"

#define TWIN_FUNCTION static inline __attribute__((always_inline, target("avx2,fma")))
#undef AVX_VNNI
#undef AVX_VNNI_EVEX
#undef AVX512
#undef VNNI
#undef BF16
#undef UNROLLED
#define AVX_VNNI AVX2
#define AVX_VNNI_EVEX AVX2
#define AVX512 AVX2
#define VNNI AVX2
#define BF16 AVX2
#define UNROLLED
#define AVX512_TWIN

// What the twins define has names of its own.
#define direct_f32_avx2 twin_direct_f32_avx2
#define direct_u8_avx_vnni twin_direct_u8_avx_vnni
#define direct_u8_avx_vnni_evex twin_direct_u8_avx_vnni_evex
#define direct_u8_avx512_vnni twin_direct_u8_avx512_vnni
#define direct_bf16_avx512_bf16 twin_direct_bf16_avx512_bf16
#define direct_f32_avx512 twin_direct_f32_avx512
#define winograd_u8_avx512_vnni twin_winograd_u8_avx512_vnni
#define winograd_bf16_avx512_bf16 twin_winograd_bf16_avx512_bf16
#define winograd_f32_avx2 twin_winograd_f32_avx2
#define winograd_f32_avx512 twin_winograd_f32_avx512
#define winograd_multiply_avx2 twin_winograd_multiply_avx2
#define winograd_multiply_avx512 twin_winograd_multiply_avx512
#define winograd_multiply_bytes twin_winograd_multiply_bytes
#define winograd_multiply_reals twin_winograd_multiply_reals
#define winograd_spread_bytes twin_winograd_spread_bytes
#define winograd_spread_reals twin_winograd_spread_reals
#define winograd_gather_bytes twin_winograd_gather_bytes
#define winograd_gather_reals twin_winograd_gather_reals
#define winograd_finish_bytes twin_winograd_finish_bytes
#define winograd_packed_size twin_winograd_packed_size
#define winograd_pack twin_winograd_pack
#define finisher_avx512 twin_finisher_avx512

// The processor that has it all.
static inline const processor *twin_processor(void) {
  static const processor all = {.name = "twin", .detected = UINT32_MAX >> 2, .usable = UINT32_MAX >> 2};
  return &all;
}
#define this_processor twin_processor

typedef union {
  __m512 f;
  __m512i i;
  __m256i halves[2];
  __m256 float_halves[2];
  __m128i quarters[4];
  float f32[16];
  int8_t s8[64];
  uint8_t u8[64];
  int16_t s16[32];
  uint16_t u16[32];
  int32_t s32[16];
  uint32_t u32[16];
  uint64_t u64[8];
} twin_vector;

TWIN_FUNCTION twin_vector twin_of(__m512i i) { return (twin_vector){.i = i}; }
TWIN_FUNCTION twin_vector twin_of_ps(__m512 f) { return (twin_vector){.f = f}; }
TWIN_FUNCTION int twin_saturated(long value, int least, int most) {
  return value < least ? least : value > most ? most : (int)value;
}

// A function of `COUNT` values, each from the values `a` and `b` at the same `i`.
#define TWIN_EACH(RESULT, COUNT, FIELD, VALUE)         \
  twin_vector r;                                       \
  for (int i = 0; i < COUNT; i++) r.FIELD[i] = VALUE;  \
  return r.RESULT;
#define TWIN_TWO_PS(NAME, VALUE)                                             \
  TWIN_FUNCTION __m512 twin##NAME(__m512 first, __m512 second) {             \
    const twin_vector a = twin_of_ps(first), b = twin_of_ps(second);         \
    TWIN_EACH(f, 16, f32, VALUE)                                             \
  }
#define TWIN_TWO(NAME, COUNT, FIELD, VALUE)                            \
  TWIN_FUNCTION __m512i twin##NAME(__m512i first, __m512i second) {    \
    const twin_vector a = twin_of(first), b = twin_of(second);         \
    TWIN_EACH(i, COUNT, FIELD, VALUE)                                  \
  }
#define TWIN_SHIFT(NAME, COUNT, FIELD, VALUE)                       \
  TWIN_FUNCTION __m512i twin##NAME(__m512i first, unsigned by) {    \
    const twin_vector a = twin_of(first);                           \
    TWIN_EACH(i, COUNT, FIELD, VALUE)                               \
  }

// Floats.
TWIN_TWO_PS(_mm512_add_ps, a.f32[i] + b.f32[i])
TWIN_TWO_PS(_mm512_sub_ps, a.f32[i] - b.f32[i])
TWIN_TWO_PS(_mm512_mul_ps, a.f32[i] * b.f32[i])
TWIN_TWO_PS(_mm512_div_ps, a.f32[i] / b.f32[i])
TWIN_TWO_PS(_mm512_max_ps, a.f32[i] > b.f32[i] ? a.f32[i] : b.f32[i])
TWIN_TWO_PS(_mm512_min_ps, a.f32[i] < b.f32[i] ? a.f32[i] : b.f32[i])
TWIN_TWO_PS(_mm512_scalef_ps, ldexpf(a.f32[i], (int)floorf(b.f32[i])))
TWIN_FUNCTION __m512 twin_mm512_set1_ps(float value) { TWIN_EACH(f, 16, f32, value) }
TWIN_FUNCTION __m512 twin_mm512_load(const void *from) {
  twin_vector r;
  memcpy(&r, from, 64);
  return r.f;
}
TWIN_FUNCTION void twin_mm512_store(void *to, __m512 value) { memcpy(to, &value, 64); }
TWIN_FUNCTION __m512 twin_mm512_fmadd_ps(__m512 x, __m512 y, __m512 z) {
  const twin_vector a = twin_of_ps(x), b = twin_of_ps(y), c = twin_of_ps(z);
  TWIN_EACH(f, 16, f32, __builtin_fmaf(a.f32[i], b.f32[i], c.f32[i]))
}
TWIN_FUNCTION __m512 twin_mm512_whole(__m512 x) {
  const twin_vector a = twin_of_ps(x);
  TWIN_EACH(f, 16, f32, nearbyintf(a.f32[i]))
}
TWIN_FUNCTION __m512 twin_mm512_cvtepi32_ps(__m512i x) {
  const twin_vector a = twin_of(x);
  TWIN_EACH(f, 16, f32, (float)a.s32[i])
}
// What is no 32-bit integer becomes the least one.
TWIN_FUNCTION __m512i twin_mm512_cvtps_epi32(__m512 x) {
  const twin_vector a = twin_of_ps(x);
  TWIN_EACH(i, 16, s32, fabsf(a.f32[i]) < 0x1p31f ? (int32_t)nearbyintf(a.f32[i]) : INT32_MIN)
}
TWIN_FUNCTION __m512 twin_mm512_shuffle_f32x4(__m512 first, __m512 second, int order) {
  const twin_vector a = twin_of_ps(first), b = twin_of_ps(second);
  twin_vector r;
  for (int i = 0; i < 4; i++) r.quarters[i] = (i < 2 ? &a : &b)->quarters[order >> 2 * i & 3];
  return r.f;
}
// Rounded to nearest, halves to even.
TWIN_FUNCTION uint16_t twin_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
TWIN_FUNCTION float twin_real(uint16_t bf16) {
  const uint32_t bits = (uint32_t)bf16 << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}
TWIN_FUNCTION __m512i twin_mm512_cvtne2ps_pbh(__m512 high, __m512 low) {
  const twin_vector a = twin_of_ps(low), b = twin_of_ps(high);
  TWIN_EACH(i, 32, u16, twin_bf16(i < 16 ? a.f32[i] : b.f32[i - 16]))
}
TWIN_FUNCTION __m256i twin_mm512_cvtneps_pbh(__m512 x) {
  return twin_of(twin_mm512_cvtne2ps_pbh(x, x)).halves[0];
}

// Integers.
TWIN_TWO(_mm512_add_epi16, 32, u16, (uint16_t)(a.u16[i] + b.u16[i]))
TWIN_TWO(_mm512_sub_epi16, 32, u16, (uint16_t)(a.u16[i] - b.u16[i]))
TWIN_TWO(_mm512_adds_epi16, 32, s16, (int16_t)twin_saturated(a.s16[i] + b.s16[i], -32768, 32767))
TWIN_TWO(_mm512_mulhrs_epi16, 32, s16, (int16_t)(((a.s16[i] * b.s16[i] >> 14) + 1) >> 1))
TWIN_TWO(_mm512_add_epi32, 16, u32, a.u32[i] + b.u32[i])
TWIN_TWO(_mm512_max_epi32, 16, s32, a.s32[i] > b.s32[i] ? a.s32[i] : b.s32[i])
TWIN_TWO(_mm512_or_si512, 16, u32, a.u32[i] | b.u32[i])
TWIN_TWO(_mm512_unpacklo_epi64, 8, u64, (i % 2 ? b : a).u64[i / 2 * 2])
TWIN_TWO(_mm512_unpackhi_epi64, 8, u64, (i % 2 ? b : a).u64[i / 2 * 2 + 1])
// Within each quarter the values of `a`, then those of `b`.
TWIN_TWO(_mm512_packs_epi32, 32, s16,
         (int16_t)twin_saturated((i % 8 < 4 ? a : b).s32[i / 8 * 4 + i % 4], -32768, 32767))
TWIN_TWO(_mm512_packus_epi16, 64, u8, (uint8_t)twin_saturated((i % 16 < 8 ? a : b).s16[i / 16 * 8 + i % 8], 0, 255))
TWIN_TWO(_mm512_permutexvar_epi32, 16, u32, b.u32[a.u32[i] & 15])
TWIN_SHIFT(_mm512_slli_epi16, 32, u16, (uint16_t)(a.u16[i] << by))
TWIN_SHIFT(_mm512_srai_epi16, 32, s16, (int16_t)(a.s16[i] >> by))
TWIN_SHIFT(_mm512_slli_epi32, 16, u32, a.u32[i] << by)
TWIN_SHIFT(_mm512_srli_epi32, 16, u32, a.u32[i] >> by)
#define TWIN_PERMUTE_TWO(NAME, COUNT, FIELD)                                             \
  TWIN_FUNCTION __m512i twin##NAME(__m512i first, __m512i order, __m512i second) {       \
    const twin_vector a = twin_of(first), b = twin_of(second), at = twin_of(order);      \
    TWIN_EACH(i, COUNT, FIELD, (at.FIELD[i] & COUNT ? b : a).FIELD[at.FIELD[i] % COUNT]) \
  }
TWIN_PERMUTE_TWO(_mm512_permutex2var_epi16, 32, u16)
TWIN_PERMUTE_TWO(_mm512_permutex2var_epi32, 16, u32)
TWIN_PERMUTE_TWO(_mm512_permutex2var_epi64, 8, u64)
TWIN_FUNCTION __m512i twin_mm512_set1_epi16(short value) { TWIN_EACH(i, 32, s16, value) }
TWIN_FUNCTION __m512i twin_mm512_set1_epi32(int value) { TWIN_EACH(i, 16, s32, value) }
TWIN_FUNCTION __m512i twin_mm512_cvtepu8_epi16(__m256i bytes) {
  const twin_vector a = {.halves = {bytes}};
  TWIN_EACH(i, 32, u16, a.u8[i])
}
TWIN_FUNCTION __m512i twin_mm512_cvtepu8_epi32(__m128i bytes) {
  const twin_vector a = {.quarters = {bytes}};
  TWIN_EACH(i, 16, u32, a.u8[i])
}
TWIN_FUNCTION __m512i twin_mm512_cvtepu16_epi32(__m256i values) {
  const twin_vector a = {.halves = {values}};
  TWIN_EACH(i, 16, u32, a.u16[i])
}
TWIN_FUNCTION __m128i twin_mm512_cvtusepi32_epi8(__m512i x) {
  const twin_vector a = twin_of(x);
  TWIN_EACH(quarters[0], 16, u8, a.u32[i] > 255 ? 255 : (uint8_t)a.u32[i])
}
TWIN_FUNCTION __m512i twin_mm512_maskz_loadu_epi64(unsigned mask, const void *from) {
  twin_vector r = {0};
  for (int i = 0; i < 8; i++)
    if (mask >> i & 1) memcpy(r.u64 + i, (const uint8_t *)from + i * 8, 8);
  return r.i;
}
TWIN_FUNCTION void twin_mm512_mask_storeu_epi64(void *to, unsigned mask, __m512i x) {
  const twin_vector a = twin_of(x);
  for (int i = 0; i < 8; i++)
    if (mask >> i & 1) memcpy((uint8_t *)to + i * 8, a.u64 + i, 8);
}
TWIN_FUNCTION __m256i twin_mm256_maskz_loadu_epi8(unsigned mask, const uint8_t *from) {
  twin_vector r = {0};
  for (int i = 0; i < 32; i++)
    if (mask >> i & 1) r.u8[i] = from[i];
  return r.halves[0];
}
TWIN_FUNCTION void twin_mm256_mask_storeu_epi8(uint8_t *to, unsigned mask, __m256i x) {
  const twin_vector a = {.halves = {x}};
  for (int i = 0; i < 32; i++)
    if (mask >> i & 1) to[i] = a.u8[i];
}

// Products. The sums of VNNI are exact; those of bf16 are rounded after each pair.
TWIN_FUNCTION __m512i twin_mm512_dpbusd_epi32(__m512i sum, __m512i bytes, __m512i weights) {
  const twin_vector s = twin_of(sum), a = twin_of(bytes), b = twin_of(weights);
  TWIN_EACH(i, 16, s32, s.s32[i] + a.u8[i * 4] * b.s8[i * 4] + a.u8[i * 4 + 1] * b.s8[i * 4 + 1] +
                            a.u8[i * 4 + 2] * b.s8[i * 4 + 2] + a.u8[i * 4 + 3] * b.s8[i * 4 + 3])
}
TWIN_FUNCTION __m512i twin_mm512_dpwssd_epi32(__m512i sum, __m512i x, __m512i y) {
  const twin_vector s = twin_of(sum), a = twin_of(x), b = twin_of(y);
  TWIN_EACH(i, 16, s32, (int32_t)(s.u32[i] + (uint32_t)(a.s16[i * 2] * b.s16[i * 2]) +
                                  (uint32_t)(a.s16[i * 2 + 1] * b.s16[i * 2 + 1])))
}
TWIN_FUNCTION __m512 twin_mm512_dpbf16_ps(__m512 sum, __m512i x, __m512i y) {
  const twin_vector s = twin_of_ps(sum), a = twin_of(x), b = twin_of(y);
  TWIN_EACH(f, 16, f32, s.f32[i] + twin_real(a.u16[i * 2 + 1]) * twin_real(b.u16[i * 2 + 1]) +
                            twin_real(a.u16[i * 2]) * twin_real(b.u16[i * 2]))
}
TWIN_FUNCTION __m256i twin_mm256_dpbusd_epi32(__m256i sum, __m256i bytes, __m256i weights) {
  const twin_vector s = {.halves = {sum}}, a = {.halves = {bytes}}, b = {.halves = {weights}};
  return twin_of(twin_mm512_dpbusd_epi32(s.i, a.i, b.i)).halves[0];
}
TWIN_FUNCTION __m256 twin_mm256_dpbf16_ps(__m256 sum, __m256i x, __m256i y) {
  const twin_vector s = {.float_halves = {sum}}, a = {.halves = {x}}, b = {.halves = {y}};
  return twin_of_ps(twin_mm512_dpbf16_ps(s.f, a.i, b.i)).float_halves[0];
}
#include "avx512_twin_names.h"
#endif
