// Implementations behind normalisation.c.
#pragma once
#include "include/normalisation.h"

void avx2_normalisation_statistics(const normalisation_block *block, const float *source, float *mean, float *variance);
void avx2_normalisation_forward(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, bool activates,
    float *target);
void avx2_normalisation_inner(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, const float *mean,
    bool activates, const float *outer, float *inner, float *sum, float *product);
void avx2_normalisation_outer(
    const normalisation_block *block, const float *source, const float *a, const float *b, const float *c,
    float *gradient);

void reference_normalisation_statistics(const normalisation_block *block, const float *source, float *mean, float *variance);
void reference_normalisation_forward(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, bool activates,
    float *target);
void reference_normalisation_inner(
    const normalisation_block *block, const float *source, const float *slope, const float *offset, const float *mean,
    bool activates, const float *outer, float *inner, float *sum, float *product);
void reference_normalisation_outer(
    const normalisation_block *block, const float *source, const float *a, const float *b, const float *c,
    float *gradient);
