// The AMX kernels once more, with plain C in the place of the tile instructions; and where there is no AVX-512, in the place
// of what prepares inputs and finishes outputs, too.
#if defined(__x86_64__)
#define AMX_TWIN
#include <math.h>

#include "../../Sources/Kernels/include/kernel.h"
#include "../../Sources/Kernels/silu_curve.h"
#include "../../Sources/Kernels/x86/amx.h"
#include "../../Sources/Kernels/x86/amx_parts.h"
#include "../../Sources/Kernels/x86/attributes.h"
#include "../../Sources/Kernels/x86/finish.h"
#include "../../Sources/Kernels/x86/means.h"
#include "../../Sources/Kernels/x86/stage.h"

static bool has_avx512(void) {
  return (this_processor()->detected & (INSTRUCTIONS_AVX512 | INSTRUCTIONS_AVX512_BF16))
         == (INSTRUCTIONS_AVX512 | INSTRUCTIONS_AVX512_BF16);
}

static float value_of(const uint8_t *from, map_element element) {
  float value;
  uint32_t bits;
  if (element == ELEMENT_U8) return *from;
  if (element == ELEMENT_F32) memcpy(&bits, from, 4);
  else bits = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 24;
  memcpy(&value, &bits, 4);
  return value;
}

static void put_value(float value, uint8_t *to, map_element element) {
  const float rounded = nearbyintf(value);
  const uint16_t bits = bf16_of(value);
  if (element == ELEMENT_U8) *to = rounded > 255 ? 255 : rounded > 0 ? (uint8_t)rounded : 0;
  else if (element == ELEMENT_BF16) memcpy(to, &bits, 2);
  else memcpy(to, &value, 4);
}

static int saturated(long value, int least, int most) { return value < least ? least : value > most ? most : (int)value; }

// What a sum becomes on the curve, in integers of 16 bits as AVX-512 has them.
static float on_curve(const silu_curve *curve, float value) {
  const int x = saturated(lrintf(fminf(fmaxf(value, -1e6f), 1e6f)), -32768, 32767), line = x >> 10 & 63;
  const int product = ((x * curve->slopes[line] >> 14) + 1) >> 1;
  return (float)saturated(saturated(curve->offsets[line] + product, -32768, 32767) >> curve->shift, 0, 255);
}

static void plain_finish(
    const convolution *c, const void *sums, int pixels, int width, int channel, uint8_t *out, const uint8_t *add,
    bool is_integer) {
  const ptrdiff_t size = element_size(c->writes);
  for (int p = 0; p < pixels; p++)
    for (int i = 0; i < width; i++) {
      const int at = p * width + i, o = channel + i;
      const float sum = is_integer ? (float)((const int32_t *)sums)[at] : ((const float *)sums)[at];
      float y = fmaf(sum, c->factors[o], c->bias[o]);
      if (c->curve.shift > 0) {
        y = on_curve(&c->curve, y);
      } else {
        if (c->activation == ACTIVATION_RELU) y = y > 0 ? y : 0;
        if (c->activation == ACTIVATION_SILU) y /= 1 + expf(-y);
        if (c->writes == ELEMENT_U8) y = fmaf(y, c->out_factor, c->out_offset);
        if (add) y += value_of(add + (i / 8 * c->add.block + p * 8 + i % 8) * size, c->writes);
      }
      put_value(y, out + (i / 8 * c->out.block + p * 8 + i % 8) * size, c->writes);
    }
}
static void plain_integer(
    const convolution *c, const void *sums, int pixels, int width, int channel, uint8_t *out, const uint8_t *add) {
  plain_finish(c, sums, pixels, width, channel, out, add, true);
}
static void plain_real(
    const convolution *c, const void *sums, int pixels, int width, int channel, uint8_t *out, const uint8_t *add) {
  plain_finish(c, sums, pixels, width, channel, out, add, false);
}
static finish_function *twin_finisher_of(const convolution *c, bool is_integer) {
  return has_avx512() ? finisher_avx512(c, is_integer) : is_integer ? plain_integer : plain_real;
}

static void twin_stage_image(const uint8_t *from, ptrdiff_t plane, uint8_t *to, int count) {
  if (has_avx512()) {
    stage_image_bf16(from, plane, to, count);
    return;
  }
  for (int x = 0; x < count; x++)
    for (int i = 0; i < 4; i++) put_value(i < 3 ? from[i * plane + x] : 0, to + x * 8 + i * 2, ELEMENT_BF16);
}

#define finisher_avx512 twin_finisher_of
#define stage_image_bf16 twin_stage_image
#define amx_rectangle_of twin_rectangle_of
#define amx_band_rows twin_band_rows
#define amx_staged_size twin_staged_size
#define amx_stage twin_stage
amx_rectangle amx_rectangle_of(const convolution *, int top, int left, int height, int width);
int amx_band_rows(const convolution *);
size_t amx_staged_size(const convolution *);
void amx_stage(const convolution *, const uint8_t *in, int group, const amx_rectangle *rectangle, uint8_t *staged);
#include "../../Sources/Kernels/x86/amx.c"
#include "../../Sources/Kernels/x86/amx_stage.c"
#endif
