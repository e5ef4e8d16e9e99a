// Runs kernels: allocates packed weights, and divides the work among a team.
#include <string.h>

#include "include/kernel.h"

// Length of factors and biases in floats, padded to whole vectors and strips of output channels.
static size_t padded_outputs(const convolution *c) { return ((size_t)c->groups * c->outputs + 63) / 32 * 32; }

size_t convolution_prepared_size(const kernel *kernel, const convolution *c) {
  return 2 * sizeof(float) * padded_outputs(c) + kernel->packed_size(c);
}

void convolution_prepare(
    const kernel *kernel, convolution *c, const filters *filters, const float *factors, const float *bias, void *memory) {
  const size_t padded = padded_outputs(c), count = (size_t)c->groups * c->outputs;
  float *own_factors = memory, *own_bias = own_factors + padded;
  void *packed = own_bias + padded;
  memset(memory, 0, 2 * sizeof(float) * padded);
  for (size_t i = 0; i < count; i++) {
    own_factors[i] = factors ? factors[i] : 1;
    own_bias[i] = bias ? bias[i] : 0;
  }
  kernel->pack(c, filters, packed, own_factors, own_bias);
  c->weights = packed;
  c->factors = own_factors;
  c->bias = own_bias;
}

static size_t member_scratch(const kernel *kernel, const convolution *c) {
  return kernel->scratch_size ? (kernel->scratch_size(c) + 63) / 64 * 64 : 0;
}

size_t convolution_scratch_size(const kernel *kernel, const convolution *c, int threads) {
  return member_scratch(kernel, c) * threads;
}

typedef struct {
  const kernel *kernel;
  convolution_call call;
  uint8_t *scratch;
  size_t scratch_size;
} work;

static void run_range(const void *argument, int member, team_range range) {
  const work *w = argument;
  w->kernel->run(&w->call, w->scratch + w->scratch_size * member, range);
}

void convolution_run(const kernel *kernel, const convolution_call *call, void *scratch, int threads) {
  work w = {kernel, *call, scratch, member_scratch(kernel, call->convolution)};
  if (!w.call.tiles.numbers) w.call.tiles.count = tile_count(call->convolution);
  team_run(threads, kernel->units(&w.call, threads), run_range, &w);
}
