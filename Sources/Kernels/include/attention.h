// Self-attention within windows of a feature map: each position reads all positions of its window, weighted by the
// softmax of the products of its query with their keys. Has a readable twin in Swift
// (Inference/ReferenceOperators/ReferenceMap+Attention.swift).
#pragma once
#include <stddef.h>

// Where a channel of a position is: channels lie in groups of `group`, `step` floats apart; within one the positions,
// row by row, are `pixel` floats apart.
typedef struct {
  int group;
  ptrdiff_t pixel, step;
} attention_order;

typedef struct {
  int heads, depth;         // depth: channels of one head in each of queries, keys and values
  int height, width;        // of the map
  int window;               // largest side of a window; the map is divided evenly
  attention_order in, out;  // queries, keys and values of all heads; results of all heads
} attention;

// Floats of scratch memory for a team of `threads`.
size_t attention_scratch(const attention *work, int threads);

// Name of the implementation, for display.
const char *attention_name(void);

// `in` → `out`, one image.
void attention_forward(const attention *work, const float *in, float *out, float *scratch, int threads);

// From `in` and the gradient `outer` of `out`: the gradient `inner` of `in`, one image.
void attention_backward(
    const attention *work, const float *in, const float *outer, float *inner, float *scratch, int threads);
