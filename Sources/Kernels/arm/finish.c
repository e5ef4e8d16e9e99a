// Finishes the sums of the NEON kernels: activation, addend and narrowing.
#include "parts.h"

#if defined(__aarch64__)
// x · σ(x). The power of two is split into an integer exponent and a minimax polynomial of 2^r between -1/2 and 1/2
// (relative error 7.5e-8, by the Remez algorithm).
INLINE float32x4_t silu(float32x4_t x) {
  // Larger values would overflow the exponent field.
  const float32x4_t bounded = vminq_f32(vmaxq_f32(x, vdupq_n_f32(-87)), vdupq_n_f32(87));
  const float32x4_t turned = vmulq_n_f32(bounded, -1.44269504f), integer = vrndnq_f32(turned);
  const float32x4_t r = vsubq_f32(turned, integer);
  float32x4_t p = vdupq_n_f32(0x1.5c08e6p-10f);
  p = vfmaq_f32(vdupq_n_f32(0x1.3d0c52p-7f), p, r);
  p = vfmaq_f32(vdupq_n_f32(0x1.c6b6e4p-5f), p, r);
  p = vfmaq_f32(vdupq_n_f32(0x1.ebf918p-3f), p, r);
  p = vfmaq_f32(vdupq_n_f32(0x1.62e428p-1f), p, r);
  p = vfmaq_f32(vdupq_n_f32(0x1.000002p+0f), p, r);
  const int32x4_t power = vaddq_s32(vreinterpretq_s32_f32(p), vshlq_n_s32(vcvtq_s32_f32(integer), 23));
  return vdivq_f32(x, vaddq_f32(vreinterpretq_f32_s32(power), vdupq_n_f32(1)));
}

typedef struct {
  float32x4_t low, high;
} eight;

INLINE eight load(const uint8_t *from, const map_element element) {
  if (element == ELEMENT_F32) return (eight){vld1q_f32((const float *)from), vld1q_f32((const float *)from + 4)};
  if (element == ELEMENT_U8) {
    const uint16x8_t values = vmovl_u8(vld1_u8(from));
    return (eight){vcvtq_f32_u32(vmovl_u16(vget_low_u16(values))), vcvtq_f32_u32(vmovl_u16(vget_high_u16(values)))};
  }
  const uint16x8_t values = vld1q_u16((const uint16_t *)from);
  return (eight){vreinterpretq_f32_u32(vshll_n_u16(vget_low_u16(values), 16)),
                 vreinterpretq_f32_u32(vshll_n_u16(vget_high_u16(values), 16))};
}

// The nearest bf16, halves to even.
INLINE uint16x4_t to_bf16(float32x4_t value) {
  const uint32x4_t bits = vreinterpretq_u32_f32(value), last = vandq_u32(vshrq_n_u32(bits, 16), vdupq_n_u32(1));
  return vshrn_n_u32(vaddq_u32(bits, vaddq_u32(last, vdupq_n_u32(0x7fff))), 16);
}

INLINE void store(eight y, uint8_t *to, const map_element element) {
  if (element == ELEMENT_F32) {
    vst1q_f32((float *)to, y.low);
    vst1q_f32((float *)to + 4, y.high);
  } else if (element == ELEMENT_U8) {
    const int16x8_t values = vcombine_s16(vqmovn_s32(vcvtnq_s32_f32(y.low)), vqmovn_s32(vcvtnq_s32_f32(y.high)));
    vst1_u8(to, vqmovun_s16(values));
  } else {
    vst1q_u16((uint16_t *)to, vcombine_u16(to_bf16(y.low), to_bf16(y.high)));
  }
}

INLINE float32x4_t activate(float32x4_t x, const int activation) {
  if (activation == ACTIVATION_RELU) return vmaxq_f32(x, vdupq_n_f32(0));
  return activation == ACTIVATION_SILU ? silu(x) : x;
}

INLINE void finish(
    const convolution *c, const int32_t *sums, int pixels, int channel, uint8_t *out, const uint8_t *add,
    const bool is_integer, const int activation, const map_element element) {
  const eight factor = {vld1q_f32(c->factors + channel), vld1q_f32(c->factors + channel + 4)};
  const eight bias = {vld1q_f32(c->bias + channel), vld1q_f32(c->bias + channel + 4)};
  const ptrdiff_t size = element_size(element);
  for (int p = 0; p < pixels; p++, sums += OUTPUTS, out += c->out.pixel * size) {
    const int32x4_t low = vld1q_s32(sums), high = vld1q_s32(sums + 4);
    eight y = is_integer ? (eight){vcvtq_f32_s32(low), vcvtq_f32_s32(high)}
                         : (eight){vreinterpretq_f32_s32(low), vreinterpretq_f32_s32(high)};
    y.low = activate(vfmaq_f32(bias.low, y.low, factor.low), activation);
    y.high = activate(vfmaq_f32(bias.high, y.high, factor.high), activation);
    if (element == ELEMENT_U8) {
      y.low = vfmaq_n_f32(vdupq_n_f32(c->out_offset), y.low, c->out_factor);
      y.high = vfmaq_n_f32(vdupq_n_f32(c->out_offset), y.high, c->out_factor);
    }
    if (add) {
      const eight more = load(add, element);
      y = (eight){vaddq_f32(y.low, more.low), vaddq_f32(y.high, more.high)};
      add += c->add.pixel * size;
    }
    store(y, out, element);
  }
}

typedef void finish_function(
    const convolution *, const int32_t *sums, int pixels, int channel, uint8_t *out, const uint8_t *add);
#define FINISH(NAME, IS_INTEGER, ACTIVATION, ELEMENT)                                                                 \
  static void NAME(                                                                                                   \
      const convolution *c, const int32_t *sums, int pixels, int channel, uint8_t *out, const uint8_t *add) {         \
    finish(c, sums, pixels, channel, out, add, IS_INTEGER, ACTIVATION, ELEMENT);                                      \
  }
#define FINISH_BY(NAME, IS_INTEGER, ACTIVATION)               \
  FINISH(NAME##_f32, IS_INTEGER, ACTIVATION, ELEMENT_F32)     \
  FINISH(NAME##_bf16, IS_INTEGER, ACTIVATION, ELEMENT_BF16)   \
  FINISH(NAME##_u8, IS_INTEGER, ACTIVATION, ELEMENT_U8)
#define FINISH_OF(NAME, IS_INTEGER)                                                     \
  FINISH_BY(NAME##_linear, IS_INTEGER, ACTIVATION_LINEAR)                               \
  FINISH_BY(NAME##_silu, IS_INTEGER, ACTIVATION_SILU)                                   \
  FINISH_BY(NAME##_relu, IS_INTEGER, ACTIVATION_RELU)                                   \
  static finish_function *const NAME[3][3] = {                                          \
      [ACTIVATION_LINEAR] = {NAME##_linear_f32, NAME##_linear_bf16, NAME##_linear_u8},  \
      [ACTIVATION_SILU] = {NAME##_silu_f32, NAME##_silu_bf16, NAME##_silu_u8},          \
      [ACTIVATION_RELU] = {NAME##_relu_f32, NAME##_relu_bf16, NAME##_relu_u8}};
FINISH_OF(integer, true)
FINISH_OF(real, false)

void neon_finish(
    const convolution *c, const int32_t *sums, int pixels, int channel, uint8_t *out, const uint8_t *add) {
  (c->reads == ELEMENT_U8 ? integer : real)[c->activation][c->writes](c, sums, pixels, channel, out, add);
}
#endif
