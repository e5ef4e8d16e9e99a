// The inner loops of the NEON kernels; the sums are in registers.
#include <string.h>

#include "parts.h"

#if defined(__aarch64__)
// Four floats (all channels of an image, else half of a block) of each pixel at a time.
INLINE void sum_f32(
    const neon_operand *x, ptrdiff_t offset, const uint8_t *weights, int32_t *sums, const int lanes, const int kernel,
    const int stride) {
  float32x4_t sum[PIXELS][2];
  const float *w = (const float *)weights;
  UNROLLED for (int p = 0; p < PIXELS; p++) sum[p][0] = sum[p][1] = vdupq_n_f32(0);
  for (int block = 0; block < x->blocks; block++)
    for (int row = 0; row < kernel; row++)
      for (int column = 0; column < kernel; column++) {
        const float *in = (const float *)(x->rows[row] + block * x->block + offset) + column * lanes;
        for (int four = 0; four < lanes; four += 4, w += 4 * OUTPUTS) {
          float32x4_t value[PIXELS];
          UNROLLED for (int p = 0; p < PIXELS; p++) value[p] = vld1q_f32(in + p * stride * lanes + four);
#define ADD_LANE(LANE)                                                              \
  do {                                                                              \
    const float32x4_t low = vld1q_f32(w + LANE * OUTPUTS), high = vld1q_f32(w + LANE * OUTPUTS + 4); \
    UNROLLED for (int p = 0; p < PIXELS; p++) {                                     \
      sum[p][0] = vfmaq_laneq_f32(sum[p][0], low, value[p], LANE);                  \
      sum[p][1] = vfmaq_laneq_f32(sum[p][1], high, value[p], LANE);                 \
    }                                                                               \
  } while (0)
          ADD_LANE(0);
          ADD_LANE(1);
          ADD_LANE(2);
          ADD_LANE(3);
        }
      }
  UNROLLED for (int p = 0; p < PIXELS; p++)
    UNROLLED for (int h = 0; h < 2; h++) vst1q_s32(sums + p * OUTPUTS + h * 4, vreinterpretq_s32_f32(sum[p][h]));
}

// Eight input channels of two neighbouring outputs.
INLINE uint8x16_t load_pair(const uint8_t *in, const int stride) {
  return stride == 1 ? vld1q_u8(in) : vcombine_u8(vld1_u8(in), vld1_u8(in + 8 * stride));
}

DOT INLINE void sum_dot(
    const neon_operand *x, ptrdiff_t offset, const uint8_t *weights, int32_t *sums, const int kernel, const int stride) {
  int32x4_t sum[PIXELS][2];
  UNROLLED for (int p = 0; p < PIXELS; p++)
    UNROLLED for (int h = 0; h < 2; h++) sum[p][h] = vld1q_s32((const int32_t *)weights + h * 4);
  const int8_t *w = (const int8_t *)weights + OUTPUTS * sizeof(int32_t);
  for (int block = 0; block < x->blocks; block++)
    for (int row = 0; row < kernel; row++)
      for (int column = 0; column < kernel; column++, w += 64) {
        const uint8_t *in = x->rows[row] + block * x->block + offset + column * 8;
        const int8x16_t w00 = vld1q_s8(w), w01 = vld1q_s8(w + 16), w10 = vld1q_s8(w + 32), w11 = vld1q_s8(w + 48);
        UNROLLED for (int p = 0; p < PIXELS; p += 2) {
          const int8x16_t value =
              vreinterpretq_s8_u8(veorq_u8(load_pair(in + p * 8 * stride, stride), vdupq_n_u8(0x80)));
          sum[p][0] = vdotq_laneq_s32(sum[p][0], w00, value, 0);
          sum[p][1] = vdotq_laneq_s32(sum[p][1], w01, value, 0);
          sum[p + 1][0] = vdotq_laneq_s32(sum[p + 1][0], w00, value, 2);
          sum[p + 1][1] = vdotq_laneq_s32(sum[p + 1][1], w01, value, 2);
          sum[p][0] = vdotq_laneq_s32(sum[p][0], w10, value, 1);
          sum[p][1] = vdotq_laneq_s32(sum[p][1], w11, value, 1);
          sum[p + 1][0] = vdotq_laneq_s32(sum[p + 1][0], w10, value, 3);
          sum[p + 1][1] = vdotq_laneq_s32(sum[p + 1][1], w11, value, 3);
        }
      }
  UNROLLED for (int p = 0; p < PIXELS; p++)
    UNROLLED for (int h = 0; h < 2; h++) vst1q_s32(sums + p * OUTPUTS + h * 4, sum[p][h]);
}

// A vector of sums holds two pixels × two outputs.
I8MM INLINE void sum_matrix(
    const neon_operand *x, ptrdiff_t offset, const uint8_t *weights, int32_t *sums, const int kernel, const int stride) {
  int32x4_t sum[PIXELS / 2][OUTPUTS / 2];
  UNROLLED for (int p = 0; p < PIXELS / 2; p++)
    UNROLLED for (int o = 0; o < OUTPUTS / 2; o++) sum[p][o] = vdupq_n_s32(0);
  const int8_t *w = (const int8_t *)weights + OUTPUTS * sizeof(int32_t);
  for (int block = 0; block < x->blocks; block++)
    for (int row = 0; row < kernel; row++)
      for (int column = 0; column < kernel; column++, w += 64) {
        const uint8_t *in = x->rows[row] + block * x->block + offset + column * 8;
        uint8x16_t value[PIXELS / 2];
        UNROLLED for (int p = 0; p < PIXELS / 2; p++) value[p] = load_pair(in + p * 16 * stride, stride);
        UNROLLED for (int o = 0; o < OUTPUTS / 2; o++) {
          const int8x16_t two = vld1q_s8(w + o * 16);
          UNROLLED for (int p = 0; p < PIXELS / 2; p++) sum[p][o] = vusmmlaq_s32(sum[p][o], value[p], two);
        }
      }
  UNROLLED for (int p = 0; p < PIXELS / 2; p++)
    UNROLLED for (int o = 0; o < OUTPUTS / 2; o++) {
      vst1_s32(sums + p * 2 * OUTPUTS + o * 2, vget_low_s32(sum[p][o]));
      vst1_s32(sums + (p * 2 + 1) * OUTPUTS + o * 2, vget_high_s32(sum[p][o]));
    }
}

#define SUMS(NAME, TARGET, CALL)                                                                               \
  TARGET static void NAME(const neon_operand *x, ptrdiff_t offset, const uint8_t *weights, int32_t *sums) {    \
    CALL;                                                                                                      \
  }
#define SUMS_OF_BYTES(NAME, TARGET, SUM)                                       \
  SUMS(NAME##_point, TARGET, SUM(x, offset, weights, sums, 1, 1))              \
  SUMS(NAME##_window, TARGET, SUM(x, offset, weights, sums, 3, 1))             \
  SUMS(NAME##_downsampling, TARGET, SUM(x, offset, weights, sums, 3, 2))       \
  static neon_sum_function *const NAME[3] = {NAME##_point, NAME##_window, NAME##_downsampling};
SUMS_OF_BYTES(dot, DOT, sum_dot)
SUMS_OF_BYTES(matrix, I8MM, sum_matrix)
SUMS(f32_point, , sum_f32(x, offset, weights, sums, 8, 1, 1))
SUMS(f32_window, , sum_f32(x, offset, weights, sums, 8, 3, 1))
SUMS(f32_downsampling, , sum_f32(x, offset, weights, sums, 8, 3, 2))
SUMS(image_window, , sum_f32(x, offset, weights, sums, 4, 3, 1))
SUMS(image_downsampling, , sum_f32(x, offset, weights, sums, 4, 3, 2))
static neon_sum_function *const f32[3] = {f32_point, f32_window, f32_downsampling};
static neon_sum_function *const image[3] = {NULL, image_window, image_downsampling};

neon_sum_function *neon_sums_of(const convolution *c, neon_method method) {
  neon_sum_function *const *all = method == BY_DOT      ? dot
                                  : method == BY_MATRIX ? matrix
                                  : c->is_image         ? image
                                                        : f32;
  return all[c->kernel == 1 ? 0 : c->stride];
}
#endif
