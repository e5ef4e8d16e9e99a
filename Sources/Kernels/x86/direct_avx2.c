// Direct convolution with vectors of eight: f32 with AVX2, u8 by s8 with AVX-VNNI.
#include "direct_sums.h"
#include "finish.h"
#include "means.h"
#include "stage.h"

#if defined(__x86_64__)
SUM_UP_NARROW(sum_f32, AVX2, __m256, LOAD_256_PS, STORE_256_PS, SPREAD_256_PS, _mm256_setzero_ps, FMA_256)
SUM_UP_NARROW(sum_vex, AVX_VNNI, __m256i, LOAD_256, STORE_256, _mm256_set1_epi32, _mm256_setzero_si256,
              _mm256_dpbusd_avx_epi32)
SUM_UP_NARROW(sum_evex, AVX_VNNI_EVEX, __m256i, LOAD_256, STORE_256, _mm256_set1_epi32, _mm256_setzero_si256,
              _mm256_dpbusd_epi32)

// One kind of window for strips of 8 and 16 output channels.
#define OF_WINDOW(NAME, TARGET, SUM, LANES, KERNEL, STRIDE)      \
  OF_WIDTH(NAME##_8, TARGET, SUM, 8, 1, LANES, KERNEL, STRIDE)   \
  OF_WIDTH(NAME##_16, TARGET, SUM, 6, 2, LANES, KERNEL, STRIDE)  \
  static const sum_steps *const NAME[2] = {&NAME##_8, &NAME##_16};
OF_WINDOW(f32_point, AVX2, sum_f32, 8, 1, 1)
OF_WINDOW(f32_window, AVX2, sum_f32, 8, 3, 1)
OF_WINDOW(f32_stride, AVX2, sum_f32, 8, 3, 2)
OF_WINDOW(planar_window, AVX2, sum_f32, 1, 3, 1)
OF_WINDOW(planar_stride, AVX2, sum_f32, 1, 3, 2)

static const sum_steps *f32_sums(const convolution *c, int width) {
  const sum_steps *const *all = c->kernel == 1   ? f32_point
                                : c->is_image    ? (c->stride == 1 ? planar_window : planar_stride)
                                : c->stride == 1 ? f32_window
                                                 : f32_stride;
  return all[width / 16];
}

#define U8_SUMS(NAME, TARGET, SUM)                                                          \
  OF_WINDOW(NAME##_point, TARGET, SUM, 2, 1, 1)                                             \
  OF_WINDOW(NAME##_window, TARGET, SUM, 2, 3, 1)                                            \
  OF_WINDOW(NAME##_stride, TARGET, SUM, 2, 3, 2)                                            \
  OF_WINDOW(NAME##_image, TARGET, SUM, 1, 3, 1)                                             \
  OF_WINDOW(NAME##_image_stride, TARGET, SUM, 1, 3, 2)                                      \
  static const sum_steps *NAME##_sums(const convolution *c, int width) {                    \
    const sum_steps *const *all = c->kernel == 1   ? NAME##_point                           \
                                  : c->is_image                                             \
                                      ? (c->stride == 1 ? NAME##_image : NAME##_image_stride) \
                                  : c->stride == 1 ? NAME##_window                          \
                                                   : NAME##_stride;                         \
    return all[width / 16];                                                                 \
  }
U8_SUMS(vex, AVX_VNNI, sum_vex)
U8_SUMS(evex, AVX_VNNI_EVEX, sum_evex)

static finish_function *finisher(const convolution *c) { return finisher_avx2(c, c->reads == ELEMENT_U8); }

static void stage_image(map_element element, const uint8_t *from, ptrdiff_t plane, uint8_t *to, int count) {
  (void)element;  // bf16 has no kernel here
  stage_image_u8(from, plane, to, count);
}

static const direct_body f32_body = {16, f32_sums, finisher, false, means_avx2, NULL};
static const direct_body vex_body = {16, vex_sums, finisher, false, means_avx2, stage_image};
static const direct_body evex_body = {16, evex_sums, finisher, false, means_avx2, stage_image};

static bool supports_f32(const convolution *c) { return c->reads == ELEMENT_F32 && direct_supports(c); }
static bool supports_u8(const convolution *c) { return c->reads == ELEMENT_U8 && direct_supports(c); }

DIRECT_KERNEL(direct_f32_avx2, "direct:avx2", INSTRUCTIONS_AVX2, supports_f32, f32_body)
DIRECT_KERNEL(direct_u8_avx_vnni, "direct:avx_vnni", INSTRUCTIONS_AVX2 | INSTRUCTIONS_AVX_VNNI, supports_u8, vex_body)
DIRECT_KERNEL(
    direct_u8_avx_vnni_evex, "direct:avx_vnni_evex", INSTRUCTIONS_AVX2 | INSTRUCTIONS_AVX_VNNI_EVEX, supports_u8, evex_body)
#endif
