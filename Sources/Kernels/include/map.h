// How feature maps lie in memory.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Where the values of a map are: `pixel` values on is the next column, `row` the next row, `block` the next eight channels,
// which lie together. Serves channels in blocks of eight (`pixel` is 8) and channels-last (`pixel` is the number of channels,
// `block` is 8) alike.
typedef struct {
  ptrdiff_t pixel, row, block;
} map_layout;

// Type of a value of a map.
typedef enum { ELEMENT_F32 = 0, ELEMENT_BF16 = 1, ELEMENT_U8 = 2 } map_element;

// Bytes of a value.
static inline int element_size(map_element element) {
  return element == ELEMENT_U8 ? 1 : element == ELEMENT_BF16 ? 2 : 4;
}

// Which tiles of 4×4 outputs to compute: `count` numbers, row by row from 0; all of them if `numbers` is NULL.
enum { TILE = 4 };
typedef struct {
  const int *numbers;
  int count;
} map_tiles;
