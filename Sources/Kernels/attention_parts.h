// Implementations behind attention.c.
#pragma once

// One head in one window, gathered from the map.
typedef struct {
  int count, padded, depth;     // positions; the same as a multiple of 16
  float *queries;               // count × depth, divided by √depth
  float *keys, *keys_across;    // count × depth; depth × padded
  float *values, *values_across;
  float *results;               // count × depth
  float *outer;                 // gradient of the results
  float *query_gradient, *key_gradient, *value_gradient;  // count × depth
  float *weights, *slopes;      // padded
} attention_window;

void reference_attention_forward(const attention_window *w);
void reference_attention_backward(const attention_window *w);
void avx2_attention_forward(const attention_window *w);
void avx2_attention_backward(const attention_window *w);
void avx512_attention_forward(const attention_window *w);
void avx512_attention_backward(const attention_window *w);
