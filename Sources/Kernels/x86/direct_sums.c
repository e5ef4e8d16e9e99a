// The sums of direct.c, in registers.
#include <string.h>

#include "parts.h"

#if defined(__x86_64__)
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
#define SUM_UP(NAME, TARGET, VECTOR, BYTES, LOAD, STORE, SPREAD, ZERO, DOT)                                              \
  TARGET INLINE void NAME(                                                                                               \
      const operand *x, ptrdiff_t offset, const uint8_t *weights, void *sums, const int pixels, const int vectors,       \
      const int lanes, const int kernel, const int stride) {                                                             \
    VECTOR sum[24][2];                                                                                                   \
    UNROLLED for (int p = 0; p < pixels; p++)                                                                            \
      UNROLLED for (int v = 0; v < vectors; v++) sum[p][v] = ZERO();                                                     \
    for (int block = 0; block < x->blocks; block++)                                                                      \
      for (int row = 0; row < kernel; row++) {                                                                           \
        const uint8_t *in = x->rows[row] + block * x->block + offset;                                                    \
        for (int lane = 0; lane < lanes; lane++, in += 4) {                                                              \
          VECTOR w[3][2];                                                                                                \
          UNROLLED for (int c = 0; c < kernel; c++)                                                                      \
            UNROLLED for (int v = 0; v < vectors; v++) {                                                                 \
              w[c][v] = LOAD(weights);                                                                                   \
              weights += BYTES;                                                                                          \
            }                                                                                                            \
          UNROLLED for (int i = 0; i < (pixels - 1) * stride + kernel; i++) {                                            \
            int32_t four;                                                                                                \
            memcpy(&four, in + i * lanes * 4, 4);                                                                        \
            const VECTOR value = SPREAD(four);                                                                           \
            UNROLLED for (int c = 0; c < kernel; c++)                                                                    \
              if (i >= c && (i - c) % stride == 0 && (i - c) / stride < pixels)                                          \
                UNROLLED for (int v = 0; v < vectors; v++)                                                               \
                  sum[(i - c) / stride][v] = DOT(sum[(i - c) / stride][v], value, w[c][v]);                              \
          }                                                                                                              \
        }                                                                                                                \
      }                                                                                                                  \
    UNROLLED for (int v = 0; v < vectors; v++)                                                                           \
      UNROLLED for (int p = 0; p < pixels; p++) STORE((void *)((uint8_t *)sums + (v * pixels + p) * BYTES), sum[p][v]);  \
  }
SUM_UP(sum_up_u8_512, VNNI, __m512i, 64, _mm512_loadu_si512, _mm512_store_si512, _mm512_set1_epi32, _mm512_setzero_si512,
       _mm512_dpbusd_epi32)
SUM_UP(sum_up_u8_256, VNNI, __m256i, 32, LOAD_256, STORE_256, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_dpbusd_epi32)
SUM_UP(sum_up_bf16_512, BF16, __m512, 64, _mm512_loadu_ps, _mm512_store_ps, SPREAD_512, _mm512_setzero_ps, DOT_512)
SUM_UP(sum_up_bf16_256, BF16, __m256, 32, LOAD_256_PS, _mm256_store_ps, SPREAD_256, _mm256_setzero_ps, DOT_256)

#define OF_STEP(NAME, TARGET, SUM, STEP, VECTORS, LANES, KERNEL, STRIDE)                             \
  TARGET static void NAME(const operand *x, ptrdiff_t offset, const uint8_t *weights, void *sums) {  \
    SUM(x, offset, weights, sums, STEP, VECTORS, LANES, KERNEL, STRIDE);                             \
  }
#define OF_WIDTH(NAME, TARGET, SUM, FULL, VECTORS, LANES, KERNEL, STRIDE)  \
  OF_STEP(NAME##_full, TARGET, SUM, FULL, VECTORS, LANES, KERNEL, STRIDE)  \
  OF_STEP(NAME##_4, TARGET, SUM, 4, VECTORS, LANES, KERNEL, STRIDE)        \
  OF_STEP(NAME##_2, TARGET, SUM, 2, VECTORS, LANES, KERNEL, STRIDE)        \
  OF_STEP(NAME##_1, TARGET, SUM, 1, VECTORS, LANES, KERNEL, STRIDE)
#define STEPS_OF(NAME, FULL) {FULL, {NAME##_full, NAME##_4, NAME##_2, NAME##_1}}

// One kind of window for strips of 8, 16 and 32 output channels, `ONE` or `TWO` vectors of which are in registers.
#define OF_WINDOW(NAME, TARGET, SUM, ONE, TWO, LANES, KERNEL, STRIDE)    \
  OF_WIDTH(NAME##_8, TARGET, SUM##_256, ONE, 1, LANES, KERNEL, STRIDE)   \
  OF_WIDTH(NAME##_16, TARGET, SUM##_512, ONE, 1, LANES, KERNEL, STRIDE)  \
  OF_WIDTH(NAME##_32, TARGET, SUM##_512, TWO, 2, LANES, KERNEL, STRIDE)  \
  static const steps NAME[3] = {STEPS_OF(NAME##_8, ONE), STEPS_OF(NAME##_16, ONE), STEPS_OF(NAME##_32, TWO)};
OF_WINDOW(u8_point, VNNI, sum_up_u8, 24, 12, 2, 1, 1)
OF_WINDOW(u8_window, VNNI, sum_up_u8, 20, 8, 2, 3, 1)
OF_WINDOW(u8_stepping, VNNI, sum_up_u8, 20, 8, 2, 3, 2)
OF_WINDOW(bf16_point, BF16, sum_up_bf16, 24, 12, 4, 1, 1)
OF_WINDOW(bf16_window, BF16, sum_up_bf16, 20, 8, 4, 3, 1)
OF_WINDOW(bf16_stepping, BF16, sum_up_bf16, 20, 8, 4, 3, 2)
OF_WINDOW(picture, BF16, sum_up_bf16, 20, 8, 2, 3, 1)
OF_WINDOW(stepping_picture, BF16, sum_up_bf16, 20, 8, 2, 3, 2)

const steps *direct_sums_of(const convolution *c, int width) {
  const steps *all = c->reads == ELEMENT_U8
                         ? (c->kernel == 1 ? u8_point : c->stride == 1 ? u8_window : u8_stepping)
                     : c->is_image ? (c->stride == 1 ? picture : stepping_picture)
                     : c->kernel == 1 ? bf16_point
                     : c->stride == 1 ? bf16_window
                                      : bf16_stepping;
  return all + (width == 32 ? 2 : width == 16 ? 1 : 0);
}
#endif
