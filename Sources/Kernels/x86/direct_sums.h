// Inner loops of direct convolution for vectors of any width; the sums are in registers.
#pragma once
#include <string.h>

#include "../direct.h"
#include "attributes.h"

// How sums leave the registers: to memory, with STORE.
#define TO_MEMORY(STORE, VECTOR, sum, pixels, vectors, sums)  \
  UNROLLED for (int v = 0; v < vectors; v++)                  \
    UNROLLED for (int p = 0; p < pixels; p++)                 \
      STORE((void *)((uint8_t *)(sums) + (v * pixels + p) * sizeof(VECTOR)), sum[p][v])

// Sums of `pixels` × `vectors` of output channels, with 32 registers: an input value is used for all columns of the
// window that contain it before the next is loaded.
#define SUM_UP(NAME, TARGET, VECTOR, LOAD, END, SPREAD, ZERO, DOT)                                                    \
  TARGET INLINE void NAME(                                                                                            \
      const operand *x, ptrdiff_t offset, const uint8_t *weights, void *sums, const int pixels, const int vectors,    \
      const int lanes, const int kernel, const int stride) {                                                          \
    VECTOR sum[24][2];                                                                                                \
    UNROLLED for (int p = 0; p < pixels; p++)                                                                         \
      UNROLLED for (int v = 0; v < vectors; v++) sum[p][v] = ZERO();                                                  \
    for (int block = 0; block < x->blocks; block++)                                                                   \
      for (int row = 0; row < kernel; row++) {                                                                        \
        const uint8_t *in = x->rows[row] + block * x->block + offset;                                                 \
        for (int lane = 0; lane < lanes; lane++, in += 4) {                                                           \
          VECTOR w[3][2];                                                                                             \
          UNROLLED for (int c = 0; c < kernel; c++)                                                                   \
            UNROLLED for (int v = 0; v < vectors; v++) {                                                              \
              w[c][v] = LOAD(weights);                                                                                \
              weights += sizeof(VECTOR);                                                                              \
            }                                                                                                         \
          UNROLLED for (int i = 0; i < (pixels - 1) * stride + kernel; i++) {                                         \
            int32_t four;                                                                                             \
            memcpy(&four, in + i * lanes * 4, 4);                                                                     \
            const VECTOR value = SPREAD(four);                                                                        \
            UNROLLED for (int c = 0; c < kernel; c++)                                                                 \
              if (i >= c && (i - c) % stride == 0 && (i - c) / stride < pixels)                                       \
                UNROLLED for (int v = 0; v < vectors; v++)                                                            \
                  sum[(i - c) / stride][v] = DOT(sum[(i - c) / stride][v], value, w[c][v]);                           \
          }                                                                                                           \
        }                                                                                                             \
      }                                                                                                               \
    END(VECTOR, sum, pixels, vectors, sums);                                                                           \
  }

// The same with 16 registers: one column of the window after the other.
#define SUM_UP_NARROW(NAME, TARGET, VECTOR, LOAD, STORE, SPREAD, ZERO, DOT)                                           \
  TARGET INLINE void NAME(                                                                                            \
      const operand *x, ptrdiff_t offset, const uint8_t *weights, void *sums, const int pixels, const int vectors,    \
      const int lanes, const int kernel, const int stride) {                                                          \
    VECTOR sum[12][2];                                                                                                \
    UNROLLED for (int p = 0; p < pixels; p++)                                                                         \
      UNROLLED for (int v = 0; v < vectors; v++) sum[p][v] = ZERO();                                                  \
    for (int block = 0; block < x->blocks; block++)                                                                   \
      for (int row = 0; row < kernel; row++) {                                                                        \
        const uint8_t *in = x->rows[row] + block * x->block + offset;                                                 \
        for (int lane = 0; lane < lanes; lane++, in += 4)                                                             \
          UNROLLED for (int c = 0; c < kernel; c++) {                                                                 \
            VECTOR w[2];                                                                                              \
            UNROLLED for (int v = 0; v < vectors; v++) w[v] = LOAD(weights + v * sizeof(VECTOR));                     \
            weights += vectors * sizeof(VECTOR);                                                                      \
            /* Values are loaded again for each column: there are no registers to keep them in. */                    \
            __asm__ volatile("" ::: "memory");                                                                        \
            UNROLLED for (int p = 0; p < pixels; p++) {                                                               \
              int32_t four;                                                                                           \
              memcpy(&four, in + (p * stride + c) * lanes * 4, 4);                                                    \
              const VECTOR value = SPREAD(four);                                                                      \
              UNROLLED for (int v = 0; v < vectors; v++) sum[p][v] = DOT(sum[p][v], value, w[v]);                     \
            }                                                                                                         \
          }                                                                                                           \
      }                                                                                                               \
    UNROLLED for (int v = 0; v < vectors; v++)                                                                        \
      UNROLLED for (int p = 0; p < pixels; p++)                                                                       \
        STORE((void *)((uint8_t *)sums + (v * pixels + p) * sizeof(VECTOR)), sum[p][v]);                              \
  }

#define OF_STEP(NAME, TARGET, SUM, STEP, VECTORS, LANES, KERNEL, STRIDE)                             \
  TARGET static void NAME(const operand *x, ptrdiff_t offset, const uint8_t *weights, void *sums) {  \
    SUM(x, offset, weights, sums, STEP, VECTORS, LANES, KERNEL, STRIDE);                             \
  }
// Functions for strips of one width: `FULL` pixels, and for the remainder.
#define OF_WIDTH(NAME, TARGET, SUM, FULL, VECTORS, LANES, KERNEL, STRIDE)  \
  OF_STEP(NAME##_full, TARGET, SUM, FULL, VECTORS, LANES, KERNEL, STRIDE)  \
  OF_STEP(NAME##_4, TARGET, SUM, 4, VECTORS, LANES, KERNEL, STRIDE)        \
  OF_STEP(NAME##_2, TARGET, SUM, 2, VECTORS, LANES, KERNEL, STRIDE)        \
  OF_STEP(NAME##_1, TARGET, SUM, 1, VECTORS, LANES, KERNEL, STRIDE)        \
  static const sum_steps NAME = {FULL, {NAME##_full, NAME##_4, NAME##_2, NAME##_1}, {NULL, NULL}};
// The same with functions that finish: SUM##_curve.
#define OF_WIDTH_ON_CURVE(NAME, TARGET, SUM, FULL, VECTORS, LANES, KERNEL, STRIDE)  \
  OF_STEP(NAME##_full, TARGET, SUM, FULL, VECTORS, LANES, KERNEL, STRIDE)           \
  OF_STEP(NAME##_4, TARGET, SUM, 4, VECTORS, LANES, KERNEL, STRIDE)                 \
  OF_STEP(NAME##_2, TARGET, SUM, 2, VECTORS, LANES, KERNEL, STRIDE)                 \
  OF_STEP(NAME##_1, TARGET, SUM, 1, VECTORS, LANES, KERNEL, STRIDE)                 \
  OF_STEP(NAME##_whole, TARGET, SUM##_curve, FULL, VECTORS, LANES, KERNEL, STRIDE)  \
  OF_STEP(NAME##_four, TARGET, SUM##_curve, 4, VECTORS, LANES, KERNEL, STRIDE)      \
  static const sum_steps NAME = {                                                   \
      FULL, {NAME##_full, NAME##_4, NAME##_2, NAME##_1}, {NAME##_whole, NAME##_four}};

// Vectors of eight.
#define LOAD_256(from) _mm256_loadu_si256((const __m256i *)(from))
#define LOAD_256_PS(from) _mm256_loadu_ps((const float *)(from))
#define STORE_256(to, value) _mm256_store_si256((__m256i *)(to), value)
#define STORE_256_PS(to, value) _mm256_store_ps((float *)(to), value)
#define SPREAD_256_PS(four) _mm256_castsi256_ps(_mm256_set1_epi32(four))
#define FMA_256(sum, x, w) _mm256_fmadd_ps(x, w, sum)
