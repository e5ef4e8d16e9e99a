// The memory layout of feature maps.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Strides of a map in values: `pixel` to the next column, `row` to the next row, `block` to the next eight channels;
// eight channels are contiguous. Covers channels in blocks of eight (`pixel` is 8) and channels-last (`pixel` is the
// number of channels, `block` is 8).
typedef struct {
  ptrdiff_t pixel, row, block;
} map_layout;

// Element types.
typedef enum { ELEMENT_F32 = 0, ELEMENT_BF16 = 1, ELEMENT_U8 = 2 } map_element;

// Bytes of an element.
static inline int element_size(map_element element) {
  return element == ELEMENT_U8 ? 1 : element == ELEMENT_BF16 ? 2 : 4;
}

// The tiles of 4×4 outputs to compute: `count` indices, row by row from 0; all tiles if `numbers` is NULL.
enum { TILE = 4 };
typedef struct {
  const int *numbers;
  int count;
} map_tiles;
