// Vectors of eight floats, and what a sum becomes in the end.
#pragma once
#include "attributes.h"
#include "../include/convolution.h"

#if defined(__x86_64__)
// 1 + e^-x, to a unit or two in the last place: the power by the polynomial that is closest to 2^r between -1/2 and 1/2
// (relative error 7.5e-8, found by Remez' exchange).
AVX2 INLINE __m256 one_and_power(__m256 x) {
  // Beyond, the exponent would leave its field.
  const __m256 y = _mm256_min_ps(_mm256_max_ps(x, _mm256_set1_ps(-87)), _mm256_set1_ps(87));
  // Added to this number, a float is rounded to a whole one, whose bits come to lie lowest.
  const __m256 turn = _mm256_set1_ps(-1.44269504f), magic = _mm256_set1_ps(12582912);
  const __m256 whole = _mm256_fmadd_ps(y, turn, magic);
  const __m256 r = _mm256_fmsub_ps(y, turn, _mm256_sub_ps(whole, magic));
  __m256 p = _mm256_set1_ps(0x1.5c08e6p-10f);
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.3d0c52p-7f));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.c6b6e4p-5f));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.ebf918p-3f));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.62e428p-1f));
  p = _mm256_fmadd_ps(p, r, _mm256_set1_ps(0x1.000002p+0f));
  const __m256i power = _mm256_add_epi32(_mm256_castps_si256(p), _mm256_slli_epi32(_mm256_castps_si256(whole), 23));
  return _mm256_add_ps(_mm256_castsi256_ps(power), _mm256_set1_ps(1));
}

AVX2 INLINE __m256 sigmoid(__m256 x) { return _mm256_div_ps(_mm256_set1_ps(1), one_and_power(x)); }

AVX2 INLINE __m256 activate(__m256 x, const int activation) {
  if (activation == ACTIVATION_RELU) return _mm256_max_ps(x, _mm256_setzero_ps());
  if (activation == ACTIVATION_SILU) return _mm256_div_ps(x, one_and_power(x));
  return x;
}
#endif
