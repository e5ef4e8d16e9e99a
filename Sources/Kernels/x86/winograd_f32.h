// Shared by the parts of winograd_f32.c.
#pragma once
#include <stddef.h>

// The body for one instruction set.
typedef struct {
  int (*strip_width)(int left);  // output channels that are computed together, if that many are left
  // Sums over `inputs` channels at one position: `count` tiles × a strip of `width` output channels.
  void (*multiply)(int width, const float *tiles, size_t inputs, const float *weights, float *sums, int count);
  int rows;         // of sums that fill the registers
  int chunk_bytes;  // of transformed inputs per chunk
} winograd_body;

void winograd_multiply_avx2(int width, const float *tiles, size_t inputs, const float *weights, float *sums, int count);
void winograd_multiply_avx512(int width, const float *tiles, size_t inputs, const float *weights, float *sums, int count);
