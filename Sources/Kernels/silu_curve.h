// What kernels of quantised maps do to factors and biases when they pack weights.
#pragma once
#include "include/convolution.h"

// Gives a convolution without an addend that makes u8 of SiLU a curve, if its lines miss by no more than a quarter of a
// unit: that is about as fast as no activation. Factors and biases then give the units of the curve.
void use_silu_curve(convolution *convolution, float *factors, float *bias);

// Takes the products with the zero point of the input, which are the same for each output, from the biases.
void subtract_zero_point(const convolution *convolution, const filters *filters, const float *factors, float *bias);

// The nearest bf16, halves to even.
uint16_t bf16_of(float value);
