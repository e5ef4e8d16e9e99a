// Batch normalisation in plain C. Sums are in double precision.
#include <math.h>

#include "../normalisation_parts.h"

enum { CHANNELS = 8 };

// Calls for each value: `at` is its index in the tensor, `i` its channel.
#define EACH_VALUE(BLOCK, AT, I)                                          \
  for (size_t image = 0; image < (BLOCK)->images; image++)                \
    for (size_t position = 0; position < (BLOCK)->positions; position++)  \
      for (size_t I = 0, AT = image * (BLOCK)->image_step + position * (BLOCK)->position_step; I < CHANNELS; I++, AT++)

static float sigmoid(float x) { return 1 / (1 + expf(-x)); }

void reference_normalisation_statistics(
    const normalisation_block *block, const float *source, float *mean, float *variance) {
  double sums[CHANNELS] = {0}, squares[CHANNELS] = {0};
  // Differences to the first value of each channel are small, so one pass is exact enough.
  EACH_VALUE(block, at, i) {
    const double difference = (double)source[at] - source[i];
    sums[i] += difference;
    squares[i] += difference * difference;
  }
  const double count = (double)(block->images * block->positions);
  for (int i = 0; i < CHANNELS; i++) {
    const double shift = sums[i] / count, v = squares[i] / count - shift * shift;
    mean[i] = (float)(source[i] + shift);
    variance[i] = (float)(v > 0 ? v : 0);
  }
}

void reference_normalisation_forward(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, bool activates,
    float *target) {
  EACH_VALUE(block, at, i) {
    const float y = source[at] * slope[i] + offset[i];
    target[at] = activates ? y * sigmoid(y) : y;
  }
}

void reference_normalisation_inner(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, const float *mean,
    bool activates, const float *outer, float *inner, float *sum, float *product) {
  double sums[CHANNELS] = {0}, products[CHANNELS] = {0};
  EACH_VALUE(block, at, i) {
    float gradient = outer[at];
    if (activates) {
      // The derivative of y · σ(y) by y is σ(y) · (1 + y · (1 − σ(y))).
      const float y = source[at] * slope[i] + offset[i], p = sigmoid(y);
      gradient *= p * (1 + y * (1 - p));
    }
    inner[at] = gradient;
    sums[i] += gradient;
    products[i] += (double)gradient * (source[at] - mean[i]);
  }
  for (int i = 0; i < CHANNELS; i++) {
    sum[i] = (float)sums[i];
    product[i] = (float)products[i];
  }
}

void reference_normalisation_outer(
    const normalisation_block *block, const float *source, const float *a, const float *b, const float *c,
    float *gradient) {
  EACH_VALUE(block, at, i) gradient[at] = gradient[at] * a[i] + (source[at] * b[i] + c[i]);
}
