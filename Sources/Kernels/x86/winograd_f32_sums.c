// The inner loops of winograd_f32.c; the sums are in registers.
#include "winograd_f32.h"

#include "attributes.h"

#if defined(__x86_64__)
// `rows` tiles × `vectors` of output channels: sums over all input channels of one position.
#define MULTIPLY(NAME, TARGET, VECTOR, SPREAD, LOAD, STORE, ZERO, FMA)                                                 \
  TARGET INLINE void NAME(                                                                                            \
      const float *tiles, size_t inputs, const float *weights, float *sums, const int rows, const int vectors) {      \
    const int lanes = sizeof(VECTOR) / sizeof(float);                                                                 \
    VECTOR sum[12][3];                                                                                                \
    UNROLLED for (int r = 0; r < rows; r++)                                                                           \
      UNROLLED for (int v = 0; v < vectors; v++) sum[r][v] = ZERO();                                                  \
    for (size_t c = 0; c < inputs; c++) {                                                                             \
      VECTOR w[3];                                                                                                    \
      UNROLLED for (int v = 0; v < vectors; v++) w[v] = LOAD(weights + (c * vectors + v) * lanes);                    \
      UNROLLED for (int r = 0; r < rows; r++) {                                                                       \
        const VECTOR x = SPREAD(tiles[r * inputs + c]);                                                               \
        UNROLLED for (int v = 0; v < vectors; v++) sum[r][v] = FMA(x, w[v], sum[r][v]);                               \
      }                                                                                                               \
    }                                                                                                                 \
    UNROLLED for (int r = 0; r < rows; r++)                                                                           \
      UNROLLED for (int v = 0; v < vectors; v++) STORE(sums + (r * vectors + v) * lanes, sum[r][v]);                  \
  }
MULTIPLY(sum_256, AVX2, __m256, _mm256_set1_ps, _mm256_loadu_ps, _mm256_storeu_ps, _mm256_setzero_ps, _mm256_fmadd_ps)
MULTIPLY(sum_512, AVX512, __m512, _mm512_set1_ps, _mm512_loadu_ps, _mm512_storeu_ps, _mm512_setzero_ps, _mm512_fmadd_ps)

// All tiles of a chunk at one position, `STEP` at a time, then the remainder.
#define MULTIPLY_ALL(NAME, TARGET, SUM, WIDTH, STEP, VECTORS)                                                          \
  TARGET static void NAME(const float *tiles, size_t inputs, const float *weights, float *sums, int count) {          \
    int tile = 0;                                                                                                     \
    for (; tile + STEP <= count; tile += STEP)                                                                        \
      SUM(tiles + tile * inputs, inputs, weights, sums + (size_t)tile * WIDTH, STEP, VECTORS);                        \
    for (; STEP > 4 && tile + 4 <= count; tile += 4)                                                                  \
      SUM(tiles + tile * inputs, inputs, weights, sums + (size_t)tile * WIDTH, 4, VECTORS);                           \
    for (; tile + 2 <= count; tile += 2)                                                                              \
      SUM(tiles + tile * inputs, inputs, weights, sums + (size_t)tile * WIDTH, 2, VECTORS);                           \
    if (tile < count) SUM(tiles + tile * inputs, inputs, weights, sums + (size_t)tile * WIDTH, 1, VECTORS);           \
  }
MULTIPLY_ALL(avx2_8, AVX2, sum_256, 8, 8, 1)
MULTIPLY_ALL(avx2_16, AVX2, sum_256, 16, 6, 2)
MULTIPLY_ALL(avx2_24, AVX2, sum_256, 24, 4, 3)
MULTIPLY_ALL(avx512_16, AVX512, sum_512, 16, 12, 1)
MULTIPLY_ALL(avx512_32, AVX512, sum_512, 32, 12, 2)

void winograd_multiply_avx2(int width, const float *tiles, size_t inputs, const float *weights, float *sums, int count) {
  (width == 16 ? avx2_16 : width == 24 ? avx2_24 : avx2_8)(tiles, inputs, weights, sums, count);
}

void winograd_multiply_avx512(int width, const float *tiles, size_t inputs, const float *weights, float *sums, int count) {
  (width == 32 ? avx512_32 : width == 16 ? avx512_16 : avx2_8)(tiles, inputs, weights, sums, count);
}
#endif
