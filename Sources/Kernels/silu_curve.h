// Adjustments of factors and biases when weights of int8 convolutions are packed.
#pragma once
#include "include/convolution.h"

// Replaces SiLU and quantisation of a convolution by a piecewise linear curve, if its error is at most
// a quarter of a unit: then activation is nearly free. An addend is added in 16 bits, before the shift. Factors and biases are converted to the units of the
// curve.
void use_silu_curve(convolution *convolution, float *factors, float *bias);

// Subtracts the products with the zero point of the input, which are equal for all outputs, from the biases.
void subtract_zero_point(const convolution *convolution, const filters *filters, const float *factors, float *bias);

// To the nearest bf16, halves to even.
uint16_t bf16_of(float value);
