// Fused batch normalisation and SiLU. Each function has a readable twin in Swift
// (Training/Network/Normalisation.swift).
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Eight neighbouring channels of a tensor: `positions` groups of eight floats, `position_step` floats apart, in each
// of `images` images, which are `image_step` floats apart.
typedef struct {
  size_t images, image_step, positions, position_step;
} normalisation_block;

// Mean and biased variance of each channel of `source`.
void normalisation_statistics(const normalisation_block *block, const float *source, float *mean, float *variance);

// y = source * slope + offset; `target` becomes y, or y * sigma(y) if `activates`.
void normalisation_forward(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, bool activates,
    float *target);

// From the gradient of `target`: the gradient of the above y, into `inner`, and per channel the sums of it and of its
// product with source - mean.
void normalisation_inner(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, const float *mean,
    bool activates, const float *outer, float *inner, float *sum, float *product);

// gradient = gradient * a + source * b + c, in place.
void normalisation_outer(
    const normalisation_block *block, const float *source, const float *a, const float *b, const float *c,
    float *gradient);
