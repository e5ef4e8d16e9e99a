// Finishes sums: factor, bias, activation, addend and narrowing.
#pragma once
#include "../direct.h"

// For sums in s32 or f32. SiLU is accurate to a few ulp if the convolution reads f32, and to 1e-4 otherwise.
//
// With AVX-512 a vector of sums is two blocks of one pixel, or, if only eight channels are left, one block of two
// pixels; with AVX2 it is one block of one pixel.
finish_function *finisher_avx512(const convolution *convolution, bool are_integers);
finish_function *finisher_avx2(const convolution *convolution, bool are_integers);

// Whether AVX-512 can write `writes`: only some processors with it can round to bf16.
static inline bool finishes_avx512(map_element writes) {
  return writes != ELEMENT_BF16 || this_processor()->detected & INSTRUCTIONS_AVX512_BF16;
}
