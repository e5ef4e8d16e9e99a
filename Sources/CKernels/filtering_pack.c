// Filters of filtering.c in the transformed domain.
#include <math.h>
#include <string.h>

#include "filtering_parts.h"

// Rows of G. For bytes: the filter at the points 0, ±1, ±2 and infinity; for bf16: at 0, ±1 and infinity.
static const double whole_points[6][3] = {{1 / 4., 0, 0},           {-1 / 6., -1 / 6., -1 / 6.}, {-1 / 6., 1 / 6., -1 / 6.},
                                          {1 / 24., 1 / 12., 1 / 6.}, {1 / 24., -1 / 12., 1 / 6.}, {0, 0, 1}};
static const double real_points[4][3] = {{1, 0, 0}, {.5, .5, .5}, {.5, -.5, .5}, {0, 0, 1}};
// Rows of B transposed for bytes.
static const int spreads[6][6] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                  {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
static const double shares[6] = {SHARE_0, SHARE_1, SHARE_1, SHARE_3, SHARE_3, 1};

size_t dot_filters_size(const dot_convolution *c) { return filter_strip_size(c, padded_outputs(c)); }

// Largest magnitudes of transformed inputs.
static void find_bounds(double bounds[36]) {
  for (int p = 0; p < 36; p++) {
    int positive = 0, negative = 0;
    for (int i = 0; i < 36; i++) {
      const int product = spreads[p / 6][i / 6] * spreads[p % 6][i % 6];
      if (product > 0) positive += product;
      else negative -= product;
    }
    bounds[p] = 255. * (positive > negative ? positive : negative);
  }
}

// One filter at all positions.
static void transform_filter(const dot_convolution *c, const float *filter, double *to) {
  const int side = position_side(c);
  const double(*points)[3] = is_whole(c) ? whole_points : real_points;
  for (int i = 0; i < side; i++) {
    double row[3];
    for (int x = 0; x < 3; x++)
      row[x] = points[i][0] * filter[x] + points[i][1] * filter[3 + x] + points[i][2] * filter[6 + x];
    for (int j = 0; j < side; j++) {
      const double sum = points[j][0] * row[0] + points[j][1] * row[1] + points[j][2] * row[2];
      to[i * side + j] = is_whole(c) ? sum / (shares[i] * shares[j]) : sum;
    }
  }
}

// What transformed filters of one output channel can be multiplied by without a sum that leaves 32 bits, or a filter 16.
static double finest_scale(const dot_convolution *c, const float *filters, const double bounds[36]) {
  double sums[36] = {0}, largest = 0, at[36];
  for (int i = 0; i < c->inputs; i++) {
    transform_filter(c, filters + i * 9, at);
    for (int p = 0; p < 36; p++) {
      sums[p] += fabs(at[p]);
      largest = fmax(largest, fabs(at[p]));
    }
  }
  if (largest == 0) return 1;
  double scale = 32767 / largest;
  // Rounding may add half a number to each product.
  for (int p = 0; p < 36; p++) scale = fmin(scale, (0x1.fffffep30 / bounds[p] - c->inputs * .5) / sums[p]);
  return scale;
}

static uint16_t to_bf16(double value) {
  const float real = (float)value;
  uint32_t bits;
  memcpy(&bits, &real, 4);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

// Strip by strip: for each position, pair of input channels, output channel.
void dot_pack_filters(const dot_convolution *c, const float *weights, void *packed, float *units) {
  const int positions = position_count(c);
  double at[36], bounds[36];
  find_bounds(bounds);
  memset(packed, 0, dot_filters_size(c));
  for (int o = 0; o < c->outputs; o++) {
    const int first = o / OUTPUTS_MAX * OUTPUTS_MAX, width = filter_strip_width(padded_outputs(c) - first);
    uint16_t *strip = (uint16_t *)((uint8_t *)packed + filter_strip_size(c, first));
    const float *filters = weights + (size_t)o * c->inputs * 9;
    const double scale = is_whole(c) ? finest_scale(c, filters, bounds) : 1;
    units[o] = (float)(1 / scale);
    for (int i = 0; i < c->inputs; i++) {
      transform_filter(c, filters + i * 9, at);
      for (int p = 0; p < positions; p++)
        strip[((size_t)(p * (c->inputs / 2) + i / 2) * width + o - first) * 2 + i % 2] =
            is_whole(c) ? (uint16_t)(int16_t)lrint(at[p] * scale) : to_bf16(at[p]);
    }
  }
}
