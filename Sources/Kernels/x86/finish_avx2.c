// Finishes sums, with vectors of eight.
#include "finish.h"
#include "vectors.h"

#if defined(__x86_64__)
// x · σ(x) with an error of 1e-4, far below the resolution of 8 bits.
AVX2 INLINE __m256 quick_silu(__m256 x) {
  const __m256 y = _mm256_min_ps(_mm256_max_ps(x, _mm256_set1_ps(-87)), _mm256_set1_ps(87));
  const __m256 turn = _mm256_set1_ps(-1.44269504f), magic = _mm256_set1_ps(12582912);
  const __m256 whole = _mm256_fmadd_ps(y, turn, magic), r = _mm256_fmsub_ps(y, turn, _mm256_sub_ps(whole, magic));
  // Polynomial for 2^r between -1/2 and 1/2 (relative error 1e-4, by the Remez algorithm).
  __m256 power = _mm256_fmadd_ps(_mm256_set1_ps(0x1.c3f76p-5f), r, _mm256_set1_ps(0x1.f0de1ap-3f));
  power = _mm256_fmadd_ps(power, r, _mm256_set1_ps(0x1.62f31ap-1f));
  power = _mm256_fmadd_ps(power, r, _mm256_set1_ps(0x1.fff692p-1f));
  const __m256i scaled = _mm256_add_epi32(_mm256_castps_si256(power), _mm256_slli_epi32(_mm256_castps_si256(whole), 23));
  const __m256 sum = _mm256_add_ps(_mm256_castsi256_ps(scaled), _mm256_set1_ps(1)), guess = _mm256_rcp_ps(sum);
  return _mm256_mul_ps(x, _mm256_mul_ps(guess, _mm256_fnmadd_ps(sum, guess, _mm256_set1_ps(2))));
}

AVX2 INLINE void finish(
    const convolution *c, const float *sums, int pixels, int width, int channel, uint8_t *out, const uint8_t *add,
    const bool are_integers, const bool is_accurate, const int activation, const map_element element) {
  const ptrdiff_t group = element == ELEMENT_U8 ? 8 : element == ELEMENT_BF16 ? 16 : 32;
  const ptrdiff_t out_block = c->out.block / 8 * group, add_block = c->add.block / 8 * group;
  for (int v = 0; v < width; v += 8, out += out_block, add += add ? add_block : 0) {
    const __m256 factor = _mm256_loadu_ps(c->factors + channel + v), bias = _mm256_loadu_ps(c->bias + channel + v);
    for (int p = 0; p < pixels; p++, sums += 8) {
      const __m256 sum = are_integers ? _mm256_cvtepi32_ps(_mm256_loadu_si256((const __m256i *)sums)) : _mm256_loadu_ps(sums);
      __m256 y = _mm256_fmadd_ps(sum, factor, bias);
      y = activation == ACTIVATION_SILU && !is_accurate ? quick_silu(y) : activate(y, activation);
      if (element == ELEMENT_U8) y = _mm256_fmadd_ps(y, _mm256_set1_ps(c->out_factor), _mm256_set1_ps(c->out_offset));
      if (add) y = _mm256_add_ps(y, real_of(add + p * group, element));
      put(y, out + p * group, element);
    }
  }
}

#define FINISH_INTO(NAME, ARE_INTEGERS, IS_ACCURATE, ACTIVATION, ELEMENT)                                            \
  AVX2 static void NAME(                                                                                         \
      const convolution *c, const void *sums, int pixels, int width, int channel, uint8_t *out,                  \
      const uint8_t *add) {                                                                                      \
    finish(c, sums, pixels, width, channel, out, add, ARE_INTEGERS, IS_ACCURATE, ACTIVATION, ELEMENT);               \
  }
#define FINISH_BY(NAME, ARE_INTEGERS, IS_ACCURATE, ACTIVATION)                   \
  FINISH_INTO(NAME##_f32, ARE_INTEGERS, IS_ACCURATE, ACTIVATION, ELEMENT_F32)    \
  FINISH_INTO(NAME##_bf16, ARE_INTEGERS, IS_ACCURATE, ACTIVATION, ELEMENT_BF16)  \
  FINISH_INTO(NAME##_u8, ARE_INTEGERS, IS_ACCURATE, ACTIVATION, ELEMENT_U8)
#define FINISH_OF(NAME, ARE_INTEGERS, IS_ACCURATE)                                           \
  FINISH_BY(NAME##_linear, ARE_INTEGERS, IS_ACCURATE, ACTIVATION_LINEAR)                     \
  FINISH_BY(NAME##_silu, ARE_INTEGERS, IS_ACCURATE, ACTIVATION_SILU)                         \
  FINISH_BY(NAME##_relu, ARE_INTEGERS, IS_ACCURATE, ACTIVATION_RELU)                         \
  static finish_function *const NAME[3][3] = {                                           \
      [ACTIVATION_LINEAR] = {NAME##_linear_f32, NAME##_linear_bf16, NAME##_linear_u8},   \
      [ACTIVATION_SILU] = {NAME##_silu_f32, NAME##_silu_bf16, NAME##_silu_u8},           \
      [ACTIVATION_RELU] = {NAME##_relu_f32, NAME##_relu_bf16, NAME##_relu_u8}};
FINISH_OF(whole, true, false)
FINISH_OF(quick, false, false)
FINISH_OF(accurate, false, true)

finish_function *finisher_avx2(const convolution *c, bool are_integers) {
  // Integer sums in f32, as in Winograd convolution, do not need an accurate activation either.
  return (are_integers ? whole : c->reads == ELEMENT_F32 ? accurate : quick)[c->activation][c->writes];
}
#endif
