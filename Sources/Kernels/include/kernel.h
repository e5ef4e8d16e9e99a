// The interface of kernels, and how one is chosen. To add one, define a `const kernel` in a file and list it in
// `table.c`.
#pragma once
#include "team.h"
#include "convolution.h"
#include "processor.h"

typedef struct {
  const char *name;       // algorithm and instructions, such as `direct:avx512_vnni`
  instruction_set needs;  // all of these
  // Whether it supports this shape, element types and layout, and is efficient for it. Sizes may still be 0.
  bool (*supports)(const convolution *);
  // Bytes of the packed weights of all groups.
  size_t (*packed_size)(const convolution *);
  // Packs the weights. May change `factors` and `bias` of the output channels as the kernel's arithmetic requires.
  void (*pack)(convolution *, const filters *, void *packed, float *factors, float *bias);
  // Bytes of scratch memory per member of the team; NULL for none.
  size_t (*scratch_size)(const convolution *);
  // How the outputs of a call are divided among `members`: rows, or groups of pixels or tiles.
  team_units (*units)(const convolution_call *call, int members);
  // Computes some of the units. `scratch` is private and 64-byte aligned. `call->tiles.count` is set.
  void (*run)(const convolution_call *call, void *scratch, team_range range);
} kernel;

// The table: better kernels first, the reference kernel last.
int kernel_count(void);
const kernel *kernel_at(int index);

// The first kernel that supports the convolution with the instructions `usable`; NULL if oneDNN should be used.
const kernel *kernel_choose(const convolution *convolution, instruction_set usable);

// Whether kernels of the table multiply values of type `element` with the instructions `usable`.
bool kernels_read(map_element element, instruction_set usable);

// Bytes of memory for packed weights, factors and biases of a convolution.
size_t convolution_prepared_size(const kernel *kernel, const convolution *convolution);

// Packs them into `memory` (64-byte aligned), to which `convolution` then points. `factors` (NULL for ones) and
// `bias` are per output channel.
void convolution_prepare(
    const kernel *kernel, convolution *convolution, const filters *filters, const float *factors, const float *bias,
    void *memory);

// Bytes of scratch memory for a team of `threads`.
size_t convolution_scratch_size(const kernel *kernel, const convolution *convolution, int threads);

// Computes the output on a team of `threads`, including the calling thread. `scratch` is 64-byte aligned.
void convolution_run(const kernel *kernel, const convolution_call *call, void *scratch, int threads);
