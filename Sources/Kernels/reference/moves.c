// Pooling in plain C.
#include <math.h>
#include <string.h>

#include "../move_rows.h"
#include "values.h"

// Maximum or mean of the part of the window inside the map.
static float under_window(const move_work *work, const uint8_t *in, int top, int left, int channel) {
  const map_move *m = work->move;
  const map_window *w = work->window;
  float largest = -INFINITY, sum = 0;
  int count = 0;
  for (int y = top; y < top + w->kernel; y++)
    for (int x = left; x < left + w->kernel; x++) {
      if (y < 0 || x < 0 || y >= m->in_height || x >= m->in_width) continue;
      const float value = load_value(in, y * m->in.row + x * m->in.pixel + channel, m->element);
      largest = value > largest ? value : largest;
      sum += value;
      count++;
    }
  return w->is_maximum ? largest : sum / (float)count;
}

static void row(const move_work *work, const uint8_t *in, int y, uint8_t *out) {
  const map_move *m = work->move;
  const map_window *w = work->window;
  // Means of 2×2 bytes before a downsampling are rounded half up, as the other kernels do; others to nearest, half to
  // even.
  const bool rounds_up = m->element == ELEMENT_U8 && !w->is_maximum && w->kernel == 2 && w->stride == 1 && w->padding == 0;
  for (int x = 0; x < m->width; x++)
    for (int channel = 0; channel < 8; channel++) {
      const float value = under_window(work, in, y * w->stride - w->padding, x * w->stride - w->padding, channel);
      store_value(out, x * m->out.pixel + channel, m->element, rounds_up ? floorf(value + .5f) : value);
    }
}

pool_row *pool_row_reference(const map_move *move, const map_window *window) { return row; }
