// Operations on vectors of eight floats.
#pragma once
#include <stdint.h>

#include "attributes.h"
#include "../include/convolution.h"

#if defined(__x86_64__)
// Minimax polynomial for 2^r between -1/2 and 1/2 (relative error 7.5e-8, by the Remez algorithm).
#define POWER_0 0x1.000002p+0f
#define POWER_1 0x1.62e428p-1f
#define POWER_2 0x1.ebf918p-3f
#define POWER_3 0x1.c6b6e4p-5f
#define POWER_4 0x1.3d0c52p-7f
#define POWER_5 0x1.5c08e6p-10f

// 1 + e^-x, to 1 or 2 ulp.
AVX2 INLINE __m256 one_and_power(__m256 x) {
  // Larger values would overflow the exponent field.
  const __m256 y = _mm256_min_ps(_mm256_max_ps(x, _mm256_set1_ps(-87)), _mm256_set1_ps(87));
  // Adding this constant rounds a float to an integer and leaves it in the low bits.
  const __m256 turn = _mm256_set1_ps(-1.44269504f), magic = _mm256_set1_ps(12582912);
  const __m256 whole = _mm256_fmadd_ps(y, turn, magic);
  const __m256 r = _mm256_fmsub_ps(y, turn, _mm256_sub_ps(whole, magic));
  __m256 p = _mm256_set1_ps(POWER_5);
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(POWER_4));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(POWER_3));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(POWER_2));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(POWER_1));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(POWER_0));
  const __m256i power = _mm256_add_epi32(_mm256_castps_si256(p), _mm256_slli_epi32(_mm256_castps_si256(whole), 23));
  return _mm256_add_ps(_mm256_castsi256_ps(power), _mm256_set1_ps(1));
}

AVX2 INLINE __m256 sigmoid(__m256 x) { return _mm256_div_ps(_mm256_set1_ps(1), one_and_power(x)); }

AVX2 INLINE __m256 activate(__m256 x, const int activation) {
  if (activation == ACTIVATION_RELU) return _mm256_max_ps(x, _mm256_setzero_ps());
  if (activation == ACTIVATION_SILU) return _mm256_div_ps(x, one_and_power(x));
  return x;
}
// Loads eight values of a map as floats.
AVX2 INLINE __m256 real_of(const uint8_t *from, const map_element element) {
  if (element == ELEMENT_F32) return _mm256_loadu_ps((const float *)from);
  if (element == ELEMENT_U8) return _mm256_cvtepi32_ps(_mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)from)));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(_mm_loadu_si128((const __m128i *)from)), 16));
}

// Stores floats as eight values of a map, rounded to nearest, halves to even, and saturated.
AVX2 INLINE void put(__m256 value, uint8_t *to, const map_element element) {
  if (element == ELEMENT_F32) {
    _mm256_storeu_ps((float *)to, value);
    return;
  }
  if (element == ELEMENT_U8) {
    const __m256i whole = _mm256_cvtps_epi32(value);
    const __m128i pairs = _mm_packs_epi32(_mm256_castsi256_si128(whole), _mm256_extracti128_si256(whole, 1));
    _mm_storel_epi64((__m128i *)to, _mm_packus_epi16(pairs, pairs));
  } else {
    const __m256i bits = _mm256_castps_si256(value);
    const __m256i last = _mm256_and_si256(_mm256_srli_epi32(bits, 16), _mm256_set1_epi32(1));
    const __m256i high = _mm256_srli_epi32(
        _mm256_add_epi32(bits, _mm256_add_epi32(last, _mm256_set1_epi32(0x7fff))), 16);
    _mm_storeu_si128(
        (__m128i *)to, _mm_packus_epi32(_mm256_castsi256_si128(high), _mm256_extracti128_si256(high, 1)));
  }
}
#endif
