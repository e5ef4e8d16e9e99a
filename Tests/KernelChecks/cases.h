// What the kernels are checked on: a shape, what stands around it, and its operands in memory of exactly their sizes.
#pragma once
#include "../../Sources/Kernels/include/Kernels.h"

typedef enum { BLOCKS_OF_EIGHT, CHANNELS_LAST, CHANNELS_OF_MORE } check_layout;

// A convolution with its operands. Nothing beyond them belongs to it: the sanitizer sees every access that goes astray.
typedef struct {
  convolution convolution;
  check_layout in_layout, out_layout;
  filters filters;
  float *weights, *factors, *bias;
  void *in, *add;
  size_t out_size;
  map_tiles tiles;
} check_case;

// Numbers that look random and are the same each time.
uint32_t check_number(uint64_t *state, uint32_t below);

// A case of this shape: `reads` and the seed decide on the rest. Sizes that would take long are cut.
check_case check_make(convolution shape, map_element reads, uint64_t seed);
void check_free(check_case *check);

// Whether output `channel` at (x, y) is to be computed, and its place in an output.
bool check_is_selected(const check_case *check, int y, int x);
ptrdiff_t check_place(const check_case *check, int channel, int y, int x);
float check_value(const void *map, ptrdiff_t index, map_element element);

// The output of `kernel` on `threads` shares, in memory that the caller frees; NULL if it does not support the case.
void *check_run(const kernel *kernel, const check_case *check, int threads);

// Checks pooling and upsampling; how many cases are wrong.
int check_moves(void);
