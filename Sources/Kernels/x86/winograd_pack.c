// Transforms and packs the filters of winograd.c.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "winograd_parts.h"

// Filters that are transformed together, so that the compiler can vectorise.
#if defined(__x86_64__)
#define PACKING AVX512
#else
#define PACKING
#endif

// Rows of G. For u8: evaluation points 0, ±1, ±2 and infinity; for bf16: 0, ±1 and infinity.
static const float whole_points[6][3] = {{1 / 4.f, 0, 0},           {-1 / 6.f, -1 / 6.f, -1 / 6.f}, {-1 / 6.f, 1 / 6.f, -1 / 6.f},
                                         {1 / 24.f, 1 / 12.f, 1 / 6.f}, {1 / 24.f, -1 / 12.f, 1 / 6.f}, {0, 0, 1}};
static const float real_points[4][3] = {{1, 0, 0}, {.5f, .5f, .5f}, {.5f, -.5f, .5f}, {0, 0, 1}};
// Rows of B transposed for bytes.
static const int spreads[6][6] = {{4, 0, -5, 0, 1, 0},  {0, -4, -4, 1, 1, 0}, {0, 4, -4, -1, 1, 0},
                                  {0, -2, -1, 2, 1, 0}, {0, 2, -1, -2, 1, 0}, {0, 4, 0, -5, 0, 1}};
static const float shares[6] = {SHARE_0, SHARE_1, SHARE_1, SHARE_3, SHARE_3, 1};

size_t winograd_packed_size(const convolution *c) { return filter_strip_size(c, filled_outputs(c)); }

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

// The filters of one output channel at all positions: `to` is positions × inputs.
PACKING static void transform_filters(const convolution *c, const float *filters, float *to) {
  const int side = position_side(c), inputs = c->inputs;
  const float(*points)[3] = is_whole(c) ? whole_points : real_points;
  for (int p = 0; p < position_count(c); p++) {
    const int row = p / side, column = p % side;
    const float share = is_whole(c) ? 1 / (shares[row] * shares[column]) : 1;
    float *at = to + (size_t)p * inputs;
    for (int i = 0; i < inputs; i++) at[i] = 0;
    for (int k = 0; k < 9; k++) {
      const float factor = points[row][k / 3] * points[column][k % 3] * share;
      for (int i = 0; i < inputs; i++) at[i] += factor * filters[k * inputs + i];
    }
  }
}

// The largest factor for the transformed filters of one output channel that overflows neither 32-bit sums nor 16-bit
// filters.
PACKING static double finest_scale(const convolution *c, const float *filters, const double bounds[36]) {
  enum { LANES = 8 };
  double scale = 0x1p60;
  for (int p = 0; p < 36; p++) {
    double sums[LANES] = {0}, sum = 0;
    float largest[LANES] = {0};
    for (int i = 0; i < c->inputs; i += LANES)
      for (int lane = 0; lane < LANES; lane++) {
        const float size = fabsf(filters[(size_t)p * c->inputs + i + lane]);
        sums[lane] += size;
        largest[lane] = size > largest[lane] ? size : largest[lane];
      }
    for (int lane = 0; lane < LANES; lane++) {
      sum += sums[lane];
      if (largest[lane] * scale > 32767) scale = 32767 / largest[lane];
    }
    // Rounding adds at most half a unit to each product.
    const double most = 0x1.fffffep30 / bounds[p] - c->inputs * .5;
    if (sum * scale > most) scale = most / sum;
  }
  return scale;
}

// Rounds to the nearest 16-bit integer: adding this constant leaves it in the low bits.
static uint16_t to_whole(float value) {
  const float moved = value + 12582912;
  uint32_t bits;
  memcpy(&bits, &moved, 4);
  return (uint16_t)bits;
}

// Order: strip, position, pair of input channels, output channel.
PACKING void winograd_pack(convolution *c, const filters *f, void *packed, float *factors, float *bias) {
  const int positions = position_count(c), inputs = c->inputs;
  double bounds[36];
  find_bounds(bounds);
  memset(packed, 0, winograd_packed_size(c));
  float *taps = malloc(sizeof(float) * (9 + positions) * inputs);
  if (!taps) abort();
  float *at = taps + 9 * inputs;
  for (int o = 0; o < c->outputs; o++) {
    const int first = o / OUTPUTS_MAX * OUTPUTS_MAX, width = filter_strip_width(filled_outputs(c) - first);
    uint16_t *strip = (uint16_t *)((uint8_t *)packed + filter_strip_size(c, first)) + (o - first) * 2;
    for (int i = 0; i < inputs; i++)
      for (int k = 0; k < 9; k++) taps[k * inputs + i] = filter_at(f, c, 0, o, i, k);
    transform_filters(c, taps, at);
    const float scale = is_whole(c) ? (float)finest_scale(c, at, bounds) : 1;
    factors[o] /= scale;
    for (int i = 0; i < positions * inputs; i++) {
      uint16_t *to = strip + (size_t)(i / 2) * width * 2 + i % 2;
      *to = is_whole(c) ? to_whole(at[i] * scale) : bf16_of(at[i]);
    }
  }
  free(taps);
  // The zero point does not affect these sums, so the bias is unchanged.
  use_silu_curve(c, factors, bias);
}
