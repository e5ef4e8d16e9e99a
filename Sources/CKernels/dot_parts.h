// What the parts of dot.c share: how sums are handed from one part to the next.
#pragma once
#include "attributes.h"
#include "dot.h"

// Bytes of a value.
static inline int element_size(map_element element) {
  return element == ELEMENT_U8 ? 1 : element == ELEMENT_BF16 ? 2 : 4;
}

// A convolution with its operands, for the members of a team.
typedef struct {
  const dot_convolution *convolution;
  const uint8_t *in, *add;
  uint8_t *out, *scratch;
  map_tiles tiles;
} dot_work;

// Upper left output of a tile.
typedef struct {
  int top, left;
} tile_place;
static inline int tile_columns(const dot_convolution *c) { return (c->width + TILE - 1) / TILE; }
// Of tile `index` of those that are asked for.
static inline tile_place place_of(const dot_work *work, int index) {
  const int number = work->tiles.numbers ? work->tiles.numbers[index] : index, columns = tile_columns(work->convolution);
  return (tile_place){number / columns * TILE, number % columns * TILE};
}

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
const steps *dot_sums_of(const dot_convolution *convolution, int width);

// Makes outputs of the sums of `pixels` × `width` channels from number `channel` on. A vector of sums is two blocks of one
// pixel, or where only eight channels are left one block of two.
typedef void finish_function(
    const dot_convolution *, const void *sums, int pixels, int width, int channel, uint8_t *out, const uint8_t *add);
// For sums that are whole numbers, or else floats.
finish_function *dot_finisher_of(const dot_convolution *convolution, bool is_whole);
#endif
