// The kernels, and how one is chosen. To add one, write a file that defines a `const kernel` and give it a line in `table.c`.
#pragma once
#include "convolution.h"
#include "processor.h"

typedef struct {
  const char *name;       // algorithm and instructions, such as `direct:avx512_vnni`
  instruction_set needs;  // all of these
  // Whether it computes this shape, these element types and this layout, and is meant to. Sizes may still be 0.
  bool (*supports)(const convolution *);
  // Bytes of the weights of all groups in the order in which they are read.
  size_t (*packed_size)(const convolution *);
  // Writes them. `factors` and `bias` of all output channels may be changed to what the kernel's sums want.
  void (*pack)(convolution *, const filters *, void *packed, float *factors, float *bias);
  // Bytes of scratch memory for one member of a team; NULL for none.
  size_t (*scratch_size)(const convolution *);
  // The share of `member` of `members`. `scratch` is its own and 64-byte aligned. `call->tiles.count` is set.
  void (*run)(const convolution_call *call, void *scratch, int member, int members);
} kernel;

// The table: better kernels first, the reference last.
int kernel_count(void);
const kernel *kernel_at(int index);

// The first kernel that supports the convolution and needs no more than `usable`; NULL if it is left to a library.
const kernel *kernel_choose(const convolution *convolution, instruction_set usable);

// Whether kernels of this table multiply values of `element` with `usable` instructions.
bool kernels_read(map_element element, instruction_set usable);

// Bytes of memory for the weights, factors and biases of a convolution.
size_t convolution_prepared_size(const kernel *kernel, const convolution *convolution);

// Brings them into `memory` (64-byte aligned), to which `convolution` then points. `factors` (or NULL for ones) and `bias`
// are of all output channels.
void convolution_prepare(
    const kernel *kernel, convolution *convolution, const filters *filters, const float *factors, const float *bias,
    void *memory);

// Bytes of scratch memory for a team of `threads`.
size_t convolution_scratch_size(const kernel *kernel, const convolution *convolution, int threads);

// Computes the output on a team of `threads` (the caller is one of them). `scratch` is 64-byte aligned.
void convolution_run(const kernel *kernel, const convolution_call *call, void *scratch, int threads);
