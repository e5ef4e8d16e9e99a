// Interleaving of images for kernels that read bf16 or bytes.
#pragma once
#include "../include/map.h"
#include "attributes.h"

#if defined(__x86_64__)
// Converts three planes of bytes to red, green, blue and 0 as bf16.
AVX512 static inline void stage_image_bf16(const uint8_t *from, ptrdiff_t plane, uint8_t *to, int count) {
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

// Interleaves three planes of bytes to red, green, blue and 0.
AVX2 static inline void stage_image_u8(const uint8_t *from, ptrdiff_t plane, uint8_t *to, int count) {
  int x = 0;
  for (; x + 16 <= count; x += 16) {
    __m128i colour[3];
    for (int i = 0; i < 3; i++) colour[i] = _mm_loadu_si128((const __m128i *)(from + i * plane + x));
    const __m128i zero = _mm_setzero_si128();
    const __m128i two[2] = {_mm_unpacklo_epi8(colour[0], colour[1]), _mm_unpackhi_epi8(colour[0], colour[1])};
    const __m128i one[2] = {_mm_unpacklo_epi8(colour[2], zero), _mm_unpackhi_epi8(colour[2], zero)};
    for (int half = 0; half < 2; half++) {
      _mm_storeu_si128((__m128i *)(to + x * 4) + half * 2, _mm_unpacklo_epi16(two[half], one[half]));
      _mm_storeu_si128((__m128i *)(to + x * 4) + half * 2 + 1, _mm_unpackhi_epi16(two[half], one[half]));
    }
  }
  for (; x < count; x++) {
    for (int i = 0; i < 3; i++) to[x * 4 + i] = from[i * plane + x];
    to[x * 4 + 3] = 0;
  }
}
#endif
