// What the parts of the direct kernels share: how sums are handed from one part to the next.
#pragma once
#include "../include/kernel.h"
#include "../silu_curve.h"
#include "attributes.h"

#if defined(__x86_64__)
// Functions that make outputs of sums; of these only what makes bf16 numbers has such instructions.
#define FINISHING BF16

// Where the first pixel's window begins in each of its rows, and how far its blocks are apart, in bytes.
typedef struct {
  const uint8_t *rows[3];
  ptrdiff_t block;
  int blocks;
} operand;
typedef void sum_function(const operand *, ptrdiff_t offset, const uint8_t *weights, void *sums);
// How many pixels the registers hold sums of, and functions for so many, for 4, 2 and 1.
typedef struct {
  int full;
  sum_function *of[4];
} steps;

// Functions for strips of `width` output channels.
const steps *direct_sums_of(const convolution *convolution, int width);

// Makes outputs of the sums of `pixels` × `width` channels from number `channel` on. A vector of sums is two blocks of one
// pixel, or where only eight channels are left one block of two.
typedef void finish_function(
    const convolution *, const void *sums, int pixels, int width, int channel, uint8_t *out, const uint8_t *add);
// For sums that are whole numbers, or else floats.
finish_function *finisher_of(const convolution *convolution, bool is_whole);
#endif
