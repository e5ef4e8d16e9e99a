#include "normalisation_parts.h"

#include "include/processor.h"

#if defined(__x86_64__)
#define CALL(NAME, ...)                                                                       \
  if (this_processor()->usable & INSTRUCTIONS_AVX2) return avx2_normalisation_##NAME(__VA_ARGS__);  \
  reference_normalisation_##NAME(__VA_ARGS__)
#else
#define CALL(NAME, ...) reference_normalisation_##NAME(__VA_ARGS__)
#endif

void normalisation_statistics(const normalisation_block *block, const float *source, float *mean, float *variance) {
  CALL(statistics, block, source, mean, variance);
}

void normalisation_forward(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, bool activates,
    float *target) {
  CALL(forward, block, source, slope, offset, activates, target);
}

void normalisation_inner(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, const float *mean,
    bool activates, const float *outer, float *inner, float *sum, float *product) {
  CALL(inner, block, source, slope, offset, mean, activates, outer, inner, sum, product);
}

void normalisation_outer(
    const normalisation_block *block, const float *source, const float *a, const float *b, const float *c,
    float *gradient) {
  CALL(outer, block, source, a, b, c, gradient);
}
