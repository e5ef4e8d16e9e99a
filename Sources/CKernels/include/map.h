// How maps lie in memory.
#pragma once
#include <stdbool.h>
#include <stddef.h>

// Whether this processor runs the functions of this target. When false they must not be called.
bool kernels_available(void);

// Where the values of a map are: eight channels lie together; `pixel` values on is the next column, `row` the next row,
// `block` the next eight channels. Serves channels in blocks of eight and channels-last alike.
typedef struct {
  ptrdiff_t pixel, row, block;
} map_layout;

// What a value of a map is.
typedef enum { ELEMENT_F32 = 0, ELEMENT_BF16 = 1, ELEMENT_U8 = 2 } map_element;

// What becomes of a sum.
enum { ACTIVATION_LINEAR = 0, ACTIVATION_SILU = 1, ACTIVATION_RELU = 2 };

// Which tiles of 4×4 outputs to compute: `count` numbers, row by row from 0; all of them if `numbers` is NULL.
enum { TILE = 4 };
typedef struct {
  const int *numbers;
  int count;
} map_tiles;
