// Direct convolution with AVX-512: u8 by s8 (VNNI), bf16 (BF16) and f32.
#include "curve.h"
#include "direct_sums.h"
#include "finish.h"
#include "means.h"
#include "stage.h"

#if defined(__x86_64__)
// Pairs of bf16 are loaded as one float.
#define SPREAD_512_PS(four) _mm512_castsi512_ps(_mm512_set1_epi32(four))
#define DOT_BF16_512(sum, x, w) _mm512_dpbf16_ps(sum, (__m512bh)(x), (__m512bh)(w))
#define DOT_BF16_256(sum, x, w) _mm256_dpbf16_ps(sum, (__m256bh)(x), (__m256bh)(w))
#define FMA_512(sum, x, w) _mm512_fmadd_ps(x, w, sum)

#define STORE_512(...) TO_MEMORY(_mm512_store_si512, __VA_ARGS__)
#define STORE_512_PS(...) TO_MEMORY(_mm512_store_ps, __VA_ARGS__)
#define STORE_256_ALL(...) TO_MEMORY(STORE_256, __VA_ARGS__)
#define STORE_256_ALL_PS(...) TO_MEMORY(STORE_256_PS, __VA_ARGS__)
SUM_UP(sum_u8_512, VNNI, __m512i, _mm512_loadu_si512, STORE_512, _mm512_set1_epi32, _mm512_setzero_si512,
       _mm512_dpbusd_epi32)
SUM_UP(sum_u8_256, VNNI, __m256i, LOAD_256, STORE_256_ALL, _mm256_set1_epi32, _mm256_setzero_si256, _mm256_dpbusd_epi32)
SUM_UP(sum_bf16_512, BF16, __m512, _mm512_loadu_ps, STORE_512_PS, SPREAD_512_PS, _mm512_setzero_ps, DOT_BF16_512)
SUM_UP(sum_bf16_256, BF16, __m256, LOAD_256_PS, STORE_256_ALL_PS, SPREAD_256_PS, _mm256_setzero_ps, DOT_BF16_256)
SUM_UP(sum_f32_512, AVX512, __m512, _mm512_loadu_ps, STORE_512_PS, SPREAD_512_PS, _mm512_setzero_ps, FMA_512)
SUM_UP(sum_f32_256, AVX512, __m256, LOAD_256_PS, STORE_256_ALL_PS, SPREAD_256_PS, _mm256_setzero_ps, FMA_256)

// Integer sums are quantised by a curve without leaving the registers.
#define ON_CURVE(VECTOR, sum, pixels, vectors, target)                                                     \
  const finish_target *to = target;                                                                        \
  const convolution *c = to->convolution;                                                                  \
  const curve_registers r = load_curve(&c->curve);                                                         \
  const __m256i none = _mm256_setzero_si256();                                                             \
  UNROLLED for (int v = 0; v < vectors; v++) {                                                             \
    const __m512 factor = _mm512_loadu_ps(c->factors + to->channel + v * 16);                              \
    const __m512 bias = _mm512_loadu_ps(c->bias + to->channel + v * 16);                                   \
    uint8_t *low = to->out + v * 2 * c->out.block, *high = low + c->out.block;                             \
    UNROLLED for (int p = 0; p < pixels; p += 4) {                                                         \
      __m512 y[4];                                                                                         \
      UNROLLED for (int i = 0; i < 4; i++)                                                                 \
        y[i] = _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[p + i][v]), factor, bias);                           \
      const __m512i bytes = four_on_curve(y, &r, false, none, none);                                       \
      _mm256_storeu_si256((__m256i *)(low + p * 8), _mm512_castsi512_si256(bytes));                        \
      _mm256_storeu_si256((__m256i *)(high + p * 8), _mm512_extracti64x4_epi64(bytes, 1));                 \
    }                                                                                                      \
  }
SUM_UP(sum_u8_512_curve, VNNI, __m512i, _mm512_loadu_si512, ON_CURVE, _mm512_set1_epi32, _mm512_setzero_si512,
       _mm512_dpbusd_epi32)

// One kind of window for strips of 8, 16 and 32 output channels, of which `ONE` or `TWO` vectors are in registers.
#define OF_WINDOW(NAME, TARGET, SUM, ONE, TWO, LANES, KERNEL, STRIDE)    \
  OF_WIDTH(NAME##_8, TARGET, SUM##_256, ONE, 1, LANES, KERNEL, STRIDE)   \
  OF_WIDTH(NAME##_16, TARGET, SUM##_512, ONE, 1, LANES, KERNEL, STRIDE)  \
  OF_WIDTH(NAME##_32, TARGET, SUM##_512, TWO, 2, LANES, KERNEL, STRIDE)  \
  static const sum_steps *const NAME[3] = {&NAME##_8, &NAME##_16, &NAME##_32};
#define OF_U8(NAME, ONE, TWO, LANES, KERNEL, STRIDE)                                    \
  OF_WIDTH(NAME##_8, VNNI, sum_u8_256, ONE, 1, LANES, KERNEL, STRIDE)                   \
  OF_WIDTH_ON_CURVE(NAME##_16, VNNI, sum_u8_512, ONE, 1, LANES, KERNEL, STRIDE)         \
  OF_WIDTH_ON_CURVE(NAME##_32, VNNI, sum_u8_512, TWO, 2, LANES, KERNEL, STRIDE)         \
  static const sum_steps *const NAME[3] = {&NAME##_8, &NAME##_16, &NAME##_32};
OF_U8(u8_point, 24, 12, 2, 1, 1)
OF_U8(u8_window, 20, 8, 2, 3, 1)
OF_U8(u8_stride, 20, 8, 2, 3, 2)
OF_U8(u8_image_window, 20, 8, 1, 3, 1)
OF_U8(u8_image_stride, 20, 8, 1, 3, 2)
OF_WINDOW(bf16_point, BF16, sum_bf16, 24, 12, 4, 1, 1)
OF_WINDOW(bf16_window, BF16, sum_bf16, 20, 8, 4, 3, 1)
OF_WINDOW(bf16_stride, BF16, sum_bf16, 20, 8, 4, 3, 2)
OF_WINDOW(image_window, BF16, sum_bf16, 20, 8, 2, 3, 1)
OF_WINDOW(image_stride, BF16, sum_bf16, 20, 8, 2, 3, 2)
OF_WINDOW(f32_point, AVX512, sum_f32, 24, 12, 8, 1, 1)
OF_WINDOW(f32_window, AVX512, sum_f32, 20, 8, 8, 3, 1)
OF_WINDOW(f32_stride, AVX512, sum_f32, 20, 8, 8, 3, 2)
OF_WINDOW(planar_window, AVX512, sum_f32, 20, 8, 1, 3, 1)
OF_WINDOW(planar_stride, AVX512, sum_f32, 20, 8, 1, 3, 2)

static const sum_steps *sums_of(const convolution *c, int width) {
  const sum_steps *const *all;
  if (c->reads == ELEMENT_U8)
    all = c->kernel == 1  ? u8_point
          : c->is_image   ? (c->stride == 1 ? u8_image_window : u8_image_stride)
          : c->stride == 1 ? u8_window
                           : u8_stride;
  else if (c->reads == ELEMENT_F32)
    all = c->kernel == 1  ? f32_point
          : c->is_image   ? (c->stride == 1 ? planar_window : planar_stride)
          : c->stride == 1 ? f32_window
                           : f32_stride;
  else
    all = c->kernel == 1  ? bf16_point
          : c->is_image   ? (c->stride == 1 ? image_window : image_stride)
          : c->stride == 1 ? bf16_window
                           : bf16_stride;
  return all[width == 32 ? 2 : width == 16 ? 1 : 0];
}

static finish_function *finisher(const convolution *c) { return finisher_avx512(c, c->reads == ELEMENT_U8); }

static void stage_image(map_element element, const uint8_t *from, ptrdiff_t plane, uint8_t *to, int count) {
  (element == ELEMENT_U8 ? stage_image_u8 : stage_image_bf16)(from, plane, to, count);
}

static const direct_body body = {32, sums_of, finisher, true, means_avx2, stage_image};

static bool supports(const convolution *c, map_element reads) {
  return c->reads == reads && direct_supports(c) && finishes_avx512(c->writes);
}
static bool supports_u8(const convolution *c) { return supports(c, ELEMENT_U8); }
static bool supports_bf16(const convolution *c) { return supports(c, ELEMENT_BF16); }
static bool supports_f32(const convolution *c) { return supports(c, ELEMENT_F32); }

DIRECT_KERNEL(
    direct_u8_avx512_vnni, "direct:avx512_vnni", INSTRUCTIONS_AVX512 | INSTRUCTIONS_AVX512_VNNI, supports_u8, body)
DIRECT_KERNEL(
    direct_bf16_avx512_bf16, "direct:avx512_bf16", INSTRUCTIONS_AVX512 | INSTRUCTIONS_AVX512_BF16, supports_bf16, body)
DIRECT_KERNEL(direct_f32_avx512, "direct:avx512", INSTRUCTIONS_AVX512, supports_f32, body)
#endif
