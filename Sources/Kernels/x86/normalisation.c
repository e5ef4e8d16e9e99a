// Batch normalisation with AVX2.
#include "../normalisation_parts.h"
#include "vectors.h"

#if defined(__x86_64__)
// Sums of one image are in single precision; images are added in double.
typedef struct {
  __m256d low, high;
} wide;

AVX2 static inline void add(wide *sum, __m256 part) {
  sum->low = _mm256_add_pd(sum->low, _mm256_cvtps_pd(_mm256_castps256_ps128(part)));
  sum->high = _mm256_add_pd(sum->high, _mm256_cvtps_pd(_mm256_extractf128_ps(part, 1)));
}

AVX2 static inline void store(wide sum, double factor, double *out) {
  __m256d by = _mm256_set1_pd(factor);
  _mm256_storeu_pd(out, _mm256_mul_pd(sum.low, by));
  _mm256_storeu_pd(out + 4, _mm256_mul_pd(sum.high, by));
}

AVX2 void avx2_normalisation_statistics(const normalisation_block *block, const float *source, float *mean, float *variance) {
  // Differences to the first value of each channel are small, so one pass is exact enough.
  const __m256 first = _mm256_loadu_ps(source);
  const size_t step = block->position_step;
  wide sum = {_mm256_setzero_pd(), _mm256_setzero_pd()}, squares = sum;
  for (size_t image = 0; image < block->images; image++) {
    const float *x = source + image * block->image_step;
    __m256 s[4], q[4];
    for (int lane = 0; lane < 4; lane++) s[lane] = q[lane] = _mm256_setzero_ps();
    size_t position = 0;
    for (; position + 4 <= block->positions; position += 4) {
      for (int lane = 0; lane < 4; lane++) {
        __m256 d = _mm256_sub_ps(_mm256_loadu_ps(x + (position + lane) * step), first);
        s[lane] = _mm256_add_ps(s[lane], d);
        q[lane] = _mm256_fmadd_ps(d, d, q[lane]);
      }
    }
    for (; position < block->positions; position++) {
      __m256 d = _mm256_sub_ps(_mm256_loadu_ps(x + position * step), first);
      s[0] = _mm256_add_ps(s[0], d);
      q[0] = _mm256_fmadd_ps(d, d, q[0]);
    }
    add(&sum, _mm256_add_ps(_mm256_add_ps(s[0], s[1]), _mm256_add_ps(s[2], s[3])));
    add(&squares, _mm256_add_ps(_mm256_add_ps(q[0], q[1]), _mm256_add_ps(q[2], q[3])));
  }
  const double share = 1.0 / (double)(block->images * block->positions);
  double shift[8], square[8];
  store(sum, share, shift);
  store(squares, share, square);
  for (int channel = 0; channel < 8; channel++) {
    double v = square[channel] - shift[channel] * shift[channel];
    mean[channel] = (float)(source[channel] + shift[channel]);
    variance[channel] = (float)(v > 0 ? v : 0);
  }
}

AVX2 void avx2_normalisation_forward(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, bool activates,
    float *target) {
  const __m256 a = _mm256_loadu_ps(slope), b = _mm256_loadu_ps(offset);
  const size_t step = block->position_step;
  for (size_t image = 0; image < block->images; image++) {
    const float *x = source + image * block->image_step;
    float *out = target + image * block->image_step;
    for (size_t position = 0; position < block->positions; position++) {
      __m256 y = _mm256_fmadd_ps(_mm256_loadu_ps(x + position * step), a, b);
      if (activates) y = _mm256_mul_ps(y, sigmoid(y));
      _mm256_storeu_ps(out + position * step, y);
    }
  }
}

AVX2 void avx2_normalisation_inner(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, const float *mean,
    bool activates, const float *outer, float *inner, float *sum, float *product) {
  const __m256 a = _mm256_loadu_ps(slope), b = _mm256_loadu_ps(offset), m = _mm256_loadu_ps(mean);
  const __m256 one = _mm256_set1_ps(1);
  const size_t step = block->position_step;
  wide sums = {_mm256_setzero_pd(), _mm256_setzero_pd()}, products = sums;
  for (size_t image = 0; image < block->images; image++) {
    const float *x = source + image * block->image_step, *dz = outer + image * block->image_step;
    float *dy = inner + image * block->image_step;
    __m256 s = _mm256_setzero_ps(), q = s;
    for (size_t position = 0; position < block->positions; position++) {
      __m256 value = _mm256_loadu_ps(x + position * step), slopes = _mm256_loadu_ps(dz + position * step);
      if (activates) {
        __m256 y = _mm256_fmadd_ps(value, a, b), p = sigmoid(y);
        // The derivative of y * p by y is p + y * p * (1 - p).
        slopes = _mm256_mul_ps(slopes, _mm256_mul_ps(p, _mm256_fmadd_ps(y, _mm256_sub_ps(one, p), one)));
      }
      _mm256_storeu_ps(dy + position * step, slopes);
      s = _mm256_add_ps(s, slopes);
      q = _mm256_fmadd_ps(slopes, _mm256_sub_ps(value, m), q);
    }
    add(&sums, s);
    add(&products, q);
  }
  double wholes[8], moments[8];
  store(sums, 1, wholes);
  store(products, 1, moments);
  for (int channel = 0; channel < 8; channel++) {
    sum[channel] = (float)wholes[channel];
    product[channel] = (float)moments[channel];
  }
}

AVX2 void avx2_normalisation_outer(
    const normalisation_block *block, const float *source, const float *a, const float *b, const float *c,
    float *gradient) {
  const __m256 by = _mm256_loadu_ps(a), slope = _mm256_loadu_ps(b), offset = _mm256_loadu_ps(c);
  const size_t step = block->position_step;
  for (size_t image = 0; image < block->images; image++) {
    const float *x = source + image * block->image_step;
    float *g = gradient + image * block->image_step;
    for (size_t position = 0; position < block->positions; position++) {
      __m256 part = _mm256_fmadd_ps(_mm256_loadu_ps(x + position * step), slope, offset);
      _mm256_storeu_ps(g + position * step, _mm256_fmadd_ps(_mm256_loadu_ps(g + position * step), by, part));
    }
  }
}

#endif
