// Pooling and upsampling against plain C, in memory of exactly their sizes.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../Sources/Kernels/move_rows.h"
#include "cases.h"

static int output_side(int side, const map_window *w) { return (side + 2 * w->padding - w->kernel) / w->stride + 1; }

static void fill(uint8_t *to, size_t values, map_element element, uint64_t *state) {
  for (size_t i = 0; i < values; i++) {
    const float value = (float)check_number(state, 2001) / 1000 - 1;
    uint32_t bits;
    memcpy(&bits, &value, 4);
    const uint16_t upper = (uint16_t)(bits >> 16);
    if (element == ELEMENT_U8) to[i] = (uint8_t)check_number(state, 256);
    else memcpy(to + i * 2, &upper, 2);
  }
}

static bool pools(map_element element, const map_window *w, int height, int width, uint64_t *state) {
  enum { BLOCKS = 2 };
  const ptrdiff_t size = element_size(element);
  const int rows = output_side(height, w), columns = output_side(width, w);
  const map_move m = {
      .element = element, .blocks = BLOCKS, .height = rows, .width = columns, .in_height = height, .in_width = width,
      .in = {8, 8 * width, (ptrdiff_t)8 * width * height}, .out = {8, 8 * columns, (ptrdiff_t)8 * columns * rows}};
  const size_t in_values = (size_t)BLOCKS * 8 * width * height, out_bytes = (size_t)BLOCKS * 8 * columns * rows * size;
  uint8_t *in = malloc(in_values * size), *out = malloc(out_bytes), *expected = malloc(out_bytes);
  if (!in || !out || !expected) abort();
  fill(in, in_values, element, state);
  move_pool(&m, w, in, out, 1);
  const move_work work = {.move = &m, .window = w, .in = in, .out = expected};
  pool_row *row = pool_row_reference(&m, w);
  for (int block = 0; block < BLOCKS; block++)
    for (int y = 0; y < rows; y++)
      row(&work, in + block * m.in.block * size, y, expected + (block * m.out.block + y * m.out.row) * size);
  const bool is_equal = memcmp(out, expected, out_bytes) == 0;
  if (!is_equal)
    printf("pooling: window %d by %d, %dx%d, element %d differs\n", w->kernel, w->stride, height, width, element);
  free(in);
  free(out);
  free(expected);
  return is_equal;
}

static bool upsamples(map_element element, int height, int width, uint64_t *state) {
  const ptrdiff_t size = element_size(element) * 8;
  const map_move m = {
      .element = element, .blocks = 1, .height = 2 * height, .width = 2 * width, .in_height = height, .in_width = width,
      .in = {8, 8 * width, 0}, .out = {8, 16 * width, 0}};
  uint8_t *in = malloc(height * width * size), *out = malloc(4 * height * width * size);
  if (!in || !out) abort();
  fill(in, (size_t)height * width * 8, element, state);
  move_upsample(&m, 2, in, out, 1);
  bool is_equal = true;
  for (int y = 0; y < 2 * height; y++)
    for (int x = 0; x < 2 * width; x++)
      is_equal &= !memcmp(out + (y * 2 * width + x) * size, in + (y / 2 * width + x / 2) * size, size);
  if (!is_equal) printf("upsampling: %dx%d, element %d differs\n", height, width, element);
  free(in);
  free(out);
  return is_equal;
}

int check_moves(void) {
  const map_window windows[] = {{5, 1, 2, true}, {3, 2, 1, true}, {3, 1, 1, true}, {2, 2, 0, true}, {9, 1, 4, true},
                                {2, 1, 0, false}, {3, 2, 1, false}};
  const int sides[][2] = {{20, 20}, {7, 11}, {9, 100}, {5, 193}, {33, 31}, {9, 9}, {5, 5}};
  uint64_t state = 1;
  int cases = 0, failures = 0;
  for (int element = ELEMENT_BF16; element <= ELEMENT_U8; element++)
    for (size_t s = 0; s < sizeof sides / sizeof *sides; s++) {
      for (size_t w = 0; w < sizeof windows / sizeof *windows; w++, cases++)
        failures += !pools((map_element)element, windows + w, sides[s][0], sides[s][1], &state);
      failures += !upsamples((map_element)element, sides[s][0], sides[s][1], &state);
      cases++;
    }
  printf("pooling and upsampling: %d cases, %d wrong\n", cases, failures);
  return failures;
}
