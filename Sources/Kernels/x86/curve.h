// SiLU and quantisation to u8 by a piecewise linear curve (`silu_curve`), in 16 bits.
#pragma once
#include "../include/convolution.h"
#include "attributes.h"

#if defined(__x86_64__)
typedef struct {
  __m512i offsets[2], slopes[2];
  __m128i shift;
} curve_registers;

AVX512 INLINE curve_registers load_curve(const silu_curve *curve) {
  return (curve_registers){
      {_mm512_loadu_si512(curve->offsets), _mm512_loadu_si512(curve->offsets + 32)},
      {_mm512_loadu_si512(curve->slopes), _mm512_loadu_si512(curve->slopes + 32)},
      _mm_cvtsi32_si128(curve->shift)};
}

// Two vectors in units of the curve become one of 16-bit outputs, which may exceed eight bits: each quarter has four
// values of the first, then four of the second. An addend is in the same order.
AVX512 INLINE __m512i on_curve(__m512 low, __m512 high, const curve_registers *r, const __m512i *addend) {
  const __m512i x = _mm512_packs_epi32(_mm512_cvtps_epi32(low), _mm512_cvtps_epi32(high));
  const __m512i line = _mm512_srai_epi16(x, 10);
  const __m512i offset = _mm512_permutex2var_epi16(r->offsets[0], line, r->offsets[1]);
  const __m512i slope = _mm512_permutex2var_epi16(r->slopes[0], line, r->slopes[1]);
  __m512i y = _mm512_adds_epi16(offset, _mm512_mulhrs_epi16(x, slope));
  if (addend) y = _mm512_adds_epi16(y, *addend);
  return _mm512_sra_epi16(y, r->shift);
}

// Bytes, in the order of `on_curve`, as its addend.
AVX512 INLINE __m512i curve_addend(__m256i bytes, const curve_registers *r) {
  return _mm512_sll_epi16(_mm512_cvtepu8_epi16(bytes), r->shift);
}

// Sixteen channels of four pixels: the lower half of the result has the first eight of each pixel, the upper half the
// others. So have the addends `low` and `high`, unless `adds` is false.
AVX512 INLINE __m512i four_on_curve(
    const __m512 y[4], const curve_registers *r, const bool adds, __m256i low, __m256i high) {
  __m512i addends[2];
  if (adds) {
    low = _mm256_shuffle_epi32(low, 0xd8);
    high = _mm256_shuffle_epi32(high, 0xd8);
    addends[0] = curve_addend(_mm256_permute2x128_si256(low, high, 0x20), r);
    addends[1] = curve_addend(_mm256_permute2x128_si256(low, high, 0x31), r);
  }
  const __m512i order = _mm512_set_epi32(15, 11, 14, 10, 13, 9, 12, 8, 7, 3, 6, 2, 5, 1, 4, 0);
  const __m512i first = on_curve(y[0], y[1], r, adds ? &addends[0] : NULL);
  const __m512i last = on_curve(y[2], y[3], r, adds ? &addends[1] : NULL);
  return _mm512_permutexvar_epi32(order, _mm512_packus_epi16(first, last));
}
#endif
