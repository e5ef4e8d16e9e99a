// Packs weights in the order in which the NEON kernels read them.
#include <string.h>

#include "../silu_curve.h"
#include "parts.h"

#if defined(__aarch64__)
size_t neon_packed_size(const convolution *c) { return c->groups * neon_group_size(c); }

// The weight of input `lane` of a block for output `o` of a group; 0 beyond its channels.
static float weight(const convolution *c, const filters *f, int group, int o, int block, int lane, int tap) {
  const int input = block * neon_lanes(c) + lane;
  return o < c->outputs && input < c->inputs ? filter_at(f, c, group, o, input, tap) : 0;
}

// Order for each eight outputs: block, tap, lane, output.
void neon_pack_f32(convolution *c, const filters *f, void *packed, float *factors, float *bias) {
  float *to = packed;
  for (int group = 0; group < c->groups; group++)
    for (int first = 0; first < neon_strips(c) * OUTPUTS; first += OUTPUTS)
      for (int block = 0; block < neon_blocks(c); block++)
        for (int tap = 0; tap < c->kernel * c->kernel; tap++)
          for (int lane = 0; lane < neon_lanes(c); lane++)
            for (int o = first; o < first + OUTPUTS; o++) *to++ = weight(c, f, group, o, block, lane, tap);
}

// A vector of sixteen bytes contains `inputs` weights of each of `outputs` outputs.
static void pack_bytes(
    const convolution *c, const filters *f, uint8_t *to, int inputs, int outputs, bool is_signed) {
  for (int group = 0; group < c->groups; group++)
    for (int first = 0; first < neon_strips(c) * OUTPUTS; first += OUTPUTS) {
      int32_t starts[OUTPUTS] = {0};
      uint8_t *const strip = to;
      to += sizeof starts;
      for (int block = 0; block < neon_blocks(c); block++)
        for (int tap = 0; tap < c->kernel * c->kernel; tap++)
          for (int lane = 0; lane < 8; lane += inputs)
            for (int o = 0; o < OUTPUTS; o += outputs)
              for (int i = 0; i < 16; i++) {
                const int output = o + i / inputs;
                const int value = (int)weight(c, f, group, first + output, block, lane + i % inputs, tap);
                *to++ = (uint8_t)(int8_t)value;
                if (is_signed) starts[output] += 128 * value;
              }
      memcpy(strip, starts, sizeof starts);
    }
}

// `sdot` multiplies signed bytes, so 128 is subtracted from the inputs, and the sums start at 128 times the sum of
// the weights.
void neon_pack_dot(convolution *c, const filters *f, void *packed, float *factors, float *bias) {
  pack_bytes(c, f, packed, 4, 4, true);
  subtract_zero_point(c, f, factors, bias);
}

// `usmmla` multiplies unsigned bytes by signed ones.
void neon_pack_matrix(convolution *c, const filters *f, void *packed, float *factors, float *bias) {
  pack_bytes(c, f, packed, 8, 2, false);
  subtract_zero_point(c, f, factors, bias);
}
#endif
