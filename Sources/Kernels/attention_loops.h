// The loops of attention in one window. Included once for each instruction set, with TARGET, the attribute of its
// functions, and NAME, which names them; the compiler vectorises them.
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "attention_parts.h"

enum { LANES = 16 };

// sums[j] = Σ row[c] · across[c][j].
TARGET static void NAME(products)(const float *row, const float *across, int depth, int padded, float *sums) {
  for (int first = 0; first < padded; first += LANES) {
    float part[LANES] = {0};
    for (int c = 0; c < depth; c++) {
      const float factor = row[c], *at = across + (size_t)c * padded + first;
      for (int lane = 0; lane < LANES; lane++) part[lane] += factor * at[lane];
    }
    memcpy(sums + first, part, sizeof part);
  }
}

// Softmax of the first `count` values; the padding becomes 0.
TARGET static void NAME(softmax)(float *values, int count, int padded) {
  float largest = values[0];
  for (int j = 1; j < count; j++) largest = values[j] > largest ? values[j] : largest;
  for (int j = 0; j < padded; j++) {
    // e^x = 2^(whole + r), |r| ≤ 1/2. Adding the constant rounds to an integer and leaves it in the low bits.
    const float x = values[j] - largest, y = x < -87 ? -87 : x > 0 ? 0 : x;
    union {
      float real;
      uint32_t bits;
    } whole = {y * 1.44269504f + 12582912}, power;
    const float r = y * 1.44269504f - (whole.real - 12582912);
    power.real =
        0x1.000002p+0f +
        r * (0x1.62e428p-1f + r * (0x1.ebf918p-3f + r * (0x1.c6b6e4p-5f + r * (0x1.3d0c52p-7f + r * 0x1.5c08e6p-10f))));
    power.bits += whole.bits << 23;
    values[j] = power.real;
  }
  for (int j = count; j < padded; j++) values[j] = 0;
  float part[LANES] = {0}, sum = 0;
  for (int j = 0; j < padded; j += LANES)
    for (int lane = 0; lane < LANES; lane++) part[lane] += values[j + lane];
  for (int lane = 0; lane < LANES; lane++) sum += part[lane];
  const float share = 1 / sum;
  for (int j = 0; j < padded; j++) values[j] *= share;
}

// result[c] = Σ weights[j] · rows[j][c].
TARGET static void NAME(mixture)(const float *weights, const float *rows, int count, int depth, float *result) {
  int c = 0;
  for (; c + LANES <= depth; c += LANES) {
    float part[LANES] = {0};
    for (int j = 0; j < count; j++) {
      const float factor = weights[j], *at = rows + (size_t)j * depth + c;
      for (int lane = 0; lane < LANES; lane++) part[lane] += factor * at[lane];
    }
    memcpy(result + c, part, sizeof part);
  }
  for (; c < depth; c++) {
    float sum = 0;
    for (int j = 0; j < count; j++) sum += weights[j] * rows[(size_t)j * depth + c];
    result[c] = sum;
  }
}

// rows[j][c] += weights[j] · row[c].
TARGET static void NAME(spread)(const float *weights, const float *row, int count, int depth, float *rows) {
  for (int j = 0; j < count; j++)
    for (int c = 0; c < depth; c++) rows[(size_t)j * depth + c] += weights[j] * row[c];
}

TARGET void NAME(attention_forward)(const attention_window *w) {
  for (int i = 0; i < w->count; i++) {
    NAME(products)(w->queries + (size_t)i * w->depth, w->keys_across, w->depth, w->padded, w->weights);
    NAME(softmax)(w->weights, w->count, w->padded);
    NAME(mixture)(w->weights, w->values, w->count, w->depth, w->results + (size_t)i * w->depth);
  }
}

TARGET void NAME(attention_backward)(const attention_window *w) {
  const size_t size = (size_t)w->count * w->depth * sizeof(float);
  memset(w->key_gradient, 0, size);
  memset(w->value_gradient, 0, size);
  const float scale = 1 / sqrtf((float)w->depth);
  for (int i = 0; i < w->count; i++) {
    const float *query = w->queries + (size_t)i * w->depth, *outer = w->outer + (size_t)i * w->depth;
    NAME(products)(query, w->keys_across, w->depth, w->padded, w->weights);
    NAME(softmax)(w->weights, w->count, w->padded);
    NAME(spread)(w->weights, outer, w->count, w->depth, w->value_gradient);
    NAME(products)(outer, w->values_across, w->depth, w->padded, w->slopes);
    // Through the softmax: weight · (slope − Σ weight · slope).
    float mean = 0;
    for (int j = 0; j < w->count; j++) mean += w->weights[j] * w->slopes[j];
    for (int j = 0; j < w->padded; j++) w->slopes[j] = w->weights[j] * (w->slopes[j] - mean);
    float *gradient = w->query_gradient + (size_t)i * w->depth;
    NAME(mixture)(w->slopes, w->keys, w->count, w->depth, gradient);
    for (int c = 0; c < w->depth; c++) gradient[c] *= scale;
    NAME(spread)(w->slopes, query, w->count, w->depth, w->key_gradient);
  }
}
