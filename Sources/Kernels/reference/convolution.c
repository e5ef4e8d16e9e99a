// Any convolution in plain C: the reference that other kernels are tested against, and the fallback.
#include <math.h>
#include <string.h>

#include "../include/kernel.h"
#include "values.h"

// Output channels summed together, so that the compiler can vectorise.
enum { LANES = 8 };

static int block_count(const convolution *c) { return (c->outputs + LANES - 1) / LANES; }
static int tap_count(const convolution *c) { return c->kernel * c->kernel; }

static bool supports(const convolution *c) { return c->groups == 1 || !c->is_image; }

static size_t packed_size(const convolution *c) {
  return sizeof(float) * c->groups * block_count(c) * LANES * c->inputs * tap_count(c);
}

// Order per group: block of outputs, input channel, tap, output channel.
static void pack(convolution *c, const filters *f, void *packed, float *factors, float *bias) {
  float *to = packed;
  for (int g = 0; g < c->groups; g++)
    for (int block = 0; block < block_count(c); block++)
      for (int i = 0; i < c->inputs; i++)
        for (int tap = 0; tap < tap_count(c); tap++)
          for (int o = block * LANES; o < (block + 1) * LANES; o++)
            *to++ = o < c->outputs ? filter_at(f, c, g, o, i, tap) : 0;
}

static float rounded_to_bf16(float value) {
  uint16_t bits[1];
  store_value(bits, 0, ELEMENT_BF16, value);
  return load_value(bits, 0, ELEMENT_BF16);
}

// Input `channel` (of all groups) at a position, minus the zero point; 0 outside the map.
static float input_at(const convolution_call *call, int channel, int y, int x) {
  const convolution *c = call->convolution;
  const int less = c->takes_means ? 1 : 0;
  if (y < 0 || x < 0 || y >= c->in_height - less || x >= c->in_width - less) return 0;
  const map_layout *in = &c->in;
  const ptrdiff_t at = (c->is_image ? channel * in->block : channel / 8 * in->block + channel % 8) + y * in->row + x * in->pixel;
  const map_element element = c->is_image && c->reads != ELEMENT_F32 ? ELEMENT_U8 : c->reads;
  // Bytes of an image have no zero point.
  const float zero = c->reads == ELEMENT_U8 && !c->is_image ? c->zero_point : 0;
  if (!c->takes_means) return load_value(call->in, at, element) - zero;
  const float sum = load_value(call->in, at, element) + load_value(call->in, at + in->pixel, element) +
                    load_value(call->in, at + in->row, element) + load_value(call->in, at + in->row + in->pixel, element);
  // Means of bytes are rounded, halves up.
  if (c->reads == ELEMENT_U8) return floorf((sum + 2) / 4) - zero;
  return c->reads == ELEMENT_BF16 ? rounded_to_bf16(sum / 4) : sum / 4;
}

static float activate(float x, int activation) {
  if (activation == ACTIVATION_RELU) return x > 0 ? x : 0;
  return activation == ACTIVATION_SILU ? x / (1 + expf(-x)) : x;
}

static void finish(const convolution_call *call, int channel, int y, int x, float sum) {
  const convolution *c = call->convolution;
  float value = activate(fmaf(sum, c->factors[channel], c->bias[channel]), c->activation);
  if (c->writes == ELEMENT_U8) value = fmaf(value, c->out_factor, c->out_offset);
  if (call->add) {
    const ptrdiff_t at = channel / 8 * c->add.block + channel % 8 + y * c->add.row + x * c->add.pixel;
    value += load_value(call->add, at, c->writes);
  }
  store_value(call->out, channel / 8 * c->out.block + channel % 8 + y * c->out.row + x * c->out.pixel, c->writes, value);
}

// All inputs of one output of a group.
static size_t scratch_size(const convolution *c) { return sizeof(float) * c->inputs * tap_count(c); }

static void run_pixel(const convolution_call *call, float *window, int group, int y, int x) {
  const convolution *c = call->convolution;
  const int count = c->inputs * tap_count(c);
  for (int i = 0, at = 0; i < c->inputs; i++)
    for (int row = 0; row < c->kernel; row++)
      for (int column = 0; column < c->kernel; column++)
        window[at++] = input_at(
            call, group * c->inputs + i, y * c->stride - c->padding + row, x * c->stride - c->padding + column);
  const float *weights = (const float *)c->weights + (size_t)group * block_count(c) * count * LANES;
  for (int block = 0; block < block_count(c); block++, weights += count * LANES) {
    // Integer sums are exact in double precision.
    double sums[LANES] = {0};
    for (int i = 0; i < count; i++)
      for (int o = 0; o < LANES; o++) sums[o] += (double)window[i] * weights[i * LANES + o];
    for (int o = 0; o < LANES && block * LANES + o < c->outputs; o++)
      finish(call, group * c->outputs + block * LANES + o, y, x, (float)sums[o]);
  }
}

static team_units units(const convolution_call *call, int members) {
  (void)members;
  return (team_units){call->tiles.count, 1};
}

static void run(const convolution_call *call, void *scratch, team_range range) {
  const convolution *c = call->convolution;
  for (int index = range.begin; index < range.end; index++) {
    const tile_place p = place_of(call, index);
    for (int y = p.top; y < p.top + TILE && y < c->height; y++)
      for (int x = p.left; x < p.left + TILE && x < c->width; x++)
        for (int group = 0; group < c->groups; group++) run_pixel(call, scratch, group, y, x);
  }
}

const kernel reference_convolution = {
    .name = "reference", .needs = INSTRUCTIONS_REFERENCE, .supports = supports, .packed_size = packed_size, .pack = pack, .scratch_size = scratch_size,
    .units = units, .run = run};
