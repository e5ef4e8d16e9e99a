// The inner loops of winograd.c; the sums are in registers.
#include <string.h>

#include "winograd_parts.h"

#if defined(__x86_64__)
// Weights of many channels come from memory, so they are prefetched this many bytes ahead; those of few stay in a
// cache.
enum { AHEAD = 4096 };

// Inline assembly, because the compiler splits the intrinsic into a product and an addition.
VNNI INLINE __m512i dot_whole(__m512i sum, __m512i x, __m512i w) {
#if defined(AVX512_TWIN)
  return _mm512_dpwssd_epi32(sum, x, w);
#else
  __asm__("vpdpwssd %2, %1, %0" : "+v"(sum) : "v"(x), "v"(w));
  return sum;
#endif
}
#define SPREAD_WHOLE(pair) _mm512_set1_epi32(pair)
#define SPREAD_REAL(pair) _mm512_castsi512_ps(_mm512_set1_epi32(pair))
#define DOT_REAL(sum, x, w) _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(w))
// `ahead` is 0 if weights need no prefetching.
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
  TARGET void winograd_##NAME(                                                                                     \
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
MULTIPLY(multiply_bytes, VNNI, __m512i, _mm512_loadu_si512, _mm512_store_si512, SPREAD_WHOLE, _mm512_setzero_si512,
         dot_whole)
MULTIPLY(multiply_reals, BF16, __m512, _mm512_loadu_ps, _mm512_store_ps, SPREAD_REAL, _mm512_setzero_ps, DOT_REAL)
#endif
