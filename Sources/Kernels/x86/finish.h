// What becomes of sums: factor, bias, activation, addend and narrowing.
#pragma once
#include "../direct.h"

// Functions for sums that are integers (s32), or else f32. SiLU is accurate to a few units in the last place where the
// convolution reads f32, and to 1e-4 elsewhere.
//
// With AVX-512 a vector of sums is two blocks of one pixel, or where only eight channels are left one block of two pixels;
// with AVX2 it is one block of one pixel.
finish_function *finisher_avx512(const convolution *convolution, bool are_integers);
finish_function *finisher_avx2(const convolution *convolution, bool are_integers);

// Whether AVX-512 can make values of `writes`: only some processors with it round to bf16.
static inline bool finishes_avx512(map_element writes) {
  return writes != ELEMENT_BF16 || this_processor()->detected & INSTRUCTIONS_AVX512_BF16;
}
