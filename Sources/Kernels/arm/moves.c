// Pooling of u8 maps with NEON. No kernel here multiplies bf16, so bf16 maps do not occur.
#include "../move_rows.h"

#if defined(__aarch64__)
#include <arm_neon.h>

// Maximum of the part of each window inside the map.
static void maximum_row(const move_work *work, const uint8_t *in, int y, uint8_t *out) {
  const map_move *m = work->move;
  const map_window *w = work->window;
  const int top = y * w->stride - w->padding, first = top < 0 ? 0 : top;
  const int last = top + w->kernel < m->in_height ? top + w->kernel : m->in_height;
  for (int x = 0; x < m->width; x++) {
    const int left = x * w->stride - w->padding, from = left < 0 ? 0 : left;
    const int end = left + w->kernel < m->in_width ? left + w->kernel : m->in_width;
    uint8x8_t largest = vdup_n_u8(0);
    for (int row = first; row < last; row++)
      for (int column = from; column < end; column++)
        largest = vmax_u8(largest, vld1_u8(in + row * m->in.row + column * m->in.pixel));
    vst1_u8(out + x * m->out.pixel, largest);
  }
}

// Means of four values, halves rounded up.
static void mean_row(const move_work *work, const uint8_t *in, int y, uint8_t *out) {
  const map_move *m = work->move;
  const uint8_t *from = in + y * m->in.row;
  for (int x = 0; x < m->width; x++, from += m->in.pixel) {
    const uint8_t *next = from + m->in.row;
    const uint16x8_t sum = vaddq_u16(
        vaddl_u8(vld1_u8(from), vld1_u8(from + m->in.pixel)), vaddl_u8(vld1_u8(next), vld1_u8(next + m->in.pixel)));
    vst1_u8(out + x * m->out.pixel, vrshrn_n_u16(sum, 2));
  }
}

pool_row *pool_row_neon(const map_move *m, const map_window *w) {
  if (m->element != ELEMENT_U8) return pool_row_reference(m, w);
  if (w->is_maximum) return maximum_row;
  return w->kernel == 2 && w->stride == 1 && w->padding == 0 ? mean_row : pool_row_reference(m, w);
}
#endif
