// What the parts of winograd_f32.c share.
#pragma once
#include <stddef.h>

// What one set of instructions brings.
typedef struct {
  int (*strip_width)(int left);  // output channels that are computed together, where so many are left
  // Sums over `inputs` channels at one position: of `count` tiles for a strip of `width` output channels.
  void (*multiply)(int width, const float *tiles, size_t inputs, const float *weights, float *sums, int count);
  int rows;         // of sums that fill the registers
  int chunk_bytes;  // of transformed inputs that are worked on at one time
} winograd_body;

void winograd_multiply_avx2(int width, const float *tiles, size_t inputs, const float *weights, float *sums, int count);
void winograd_multiply_avx512(int width, const float *tiles, size_t inputs, const float *weights, float *sums, int count);
