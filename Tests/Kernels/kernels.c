// Runs every kernel that this processor has on the shapes of all networks and on odd ones, beside the reference.
//
// Each buffer is an allocation of its own and as large as what it holds, so that Address Sanitizer sees each byte that a
// kernel reads or writes outside. `make sanitize` builds and runs it.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel.h"

// What is computed.
typedef struct {
  int inputs, outputs, groups, kernel, stride;
  bool takes_means, is_image;
} shape;

// Channels of the layers of the published networks, T to E, and of networks with other classes.
static const shape shapes[] = {
    {3, 16, 1, 3, 2, false, true}, {3, 32, 1, 3, 2, false, true}, {3, 64, 1, 3, 2, false, true},
    {16, 32, 1, 3, 2}, {32, 64, 1, 3, 2}, {64, 128, 1, 3, 2}, {256, 256, 1, 3, 2}, {80, 80, 1, 3, 2},
    {32, 64, 1, 3, 2, true}, {64, 64, 1, 3, 2, true}, {128, 128, 1, 3, 2, true}, {240, 240, 1, 3, 2, true},
    {8, 8, 1, 3, 1}, {16, 16, 1, 3, 1}, {24, 24, 1, 3, 1}, {32, 32, 1, 3, 1}, {48, 48, 1, 3, 1}, {64, 64, 1, 3, 1},
    {96, 96, 1, 3, 1}, {128, 128, 1, 3, 1}, {180, 180, 1, 3, 1}, {240, 256, 1, 3, 1}, {64, 80, 1, 3, 1},
    {64, 64, 4, 3, 1}, {128, 128, 4, 3, 1}, {32, 16, 2, 3, 2}, {64, 64, 4, 1, 1},
    {16, 32, 1, 1, 1}, {32, 32, 1, 1, 1}, {48, 64, 1, 1, 1}, {64, 80, 1, 1, 1}, {128, 64, 1, 1, 1}, {192, 128, 1, 1, 1},
    {256, 20, 1, 1, 1}, {512, 256, 1, 1, 1}, {80, 1, 1, 1, 1}, {24, 40, 1, 3, 1}, {40, 56, 1, 3, 1}, {16, 20, 1, 3, 1},
};

static const int sides[][2] = {{1, 1}, {2, 3}, {5, 4}, {7, 9}, {8, 8}, {13, 27}, {20, 20}, {11, 50}};

extern const kernel reference_convolution;

static uint32_t state = 1;
static float next(void) {
  state = state * 1664525 + 1013904223;
  return (float)(int32_t)state / 2147483648.f;
}

static uint16_t to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static float value_at(const void *map, size_t i, map_element element) {
  if (element == ELEMENT_U8) return ((const uint8_t *)map)[i];
  if (element == ELEMENT_F32) return ((const float *)map)[i];
  const uint32_t bits = (uint32_t)((const uint16_t *)map)[i] << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static void *aligned(size_t size) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, size ? size : 1) != 0) abort();
  memset(memory, 0, size);
  return memory;
}

static void *made_map(size_t count, map_element element) {
  void *map = aligned(count * element_size(element));
  for (size_t i = 0; i < count; i++) {
    const float value = next();
    if (element == ELEMENT_U8) ((uint8_t *)map)[i] = (uint8_t)(128 + 127 * value);
    else if (element == ELEMENT_BF16) ((uint16_t *)map)[i] = to_bf16(value);
    else ((float *)map)[i] = value;
  }
  return map;
}

// The result of `kernel`, `count` values of what `c` writes.
static void *result(
    const kernel *kernel, convolution c, const filters *f, const float *bias, const void *in, const void *add,
    size_t count, map_tiles tiles) {
  const int channels = c.groups * c.outputs;
  float *factors = aligned(sizeof(float) * channels);
  // Sums of about one whatever the number of products.
  const float size = 1 / sqrtf((float)c.inputs * c.kernel * c.kernel);
  for (int i = 0; i < channels; i++) factors[i] = size * (c.reads == ELEMENT_U8 ? 1 / 5500.f : c.is_image ? 1 / 32.f : 8);
  void *memory = aligned(convolution_prepared_size(kernel, &c));
  convolution_prepare(kernel, &c, f, factors, bias, memory);
  const int threads = 2;
  void *scratch = aligned(convolution_scratch_size(kernel, &c, threads)), *out = aligned(count * element_size(c.writes));
  const convolution_call call = {&c, in, add, out, tiles};
  convolution_run(kernel, &call, scratch, threads);
  free(scratch);
  free(memory);
  free(factors);
  return out;
}

static int failures;

static void compare(const kernel *kernel, const convolution *c, const void *found, const void *expected, size_t count) {
  double worst = 0, largest = 1;
  const size_t block = 8 * (size_t)c->height * c->width, channels = (size_t)c->groups * c->outputs;
  for (size_t i = 0; i < count; i++) {
    // Channels that fill up the last block may hold anything.
    if (i / block * 8 + i % 8 >= channels) continue;
    const double a = value_at(found, i, c->writes), b = value_at(expected, i, c->writes), miss = fabs(a - b);
    if (!(miss <= worst)) worst = miss;
    largest = fmax(largest, fabs(b));
  }
  const bool is_winograd = strncmp(kernel->name, "winograd", 8) == 0, is_real = c->reads == ELEMENT_F32;
  const double quick = is_winograd ? 8e-3 : 3e-4, exact = 2e-6 * sqrt(c->inputs) * (is_winograd ? 4 : 1);
  double limit = largest * (is_real ? exact : quick) + (c->writes == ELEMENT_BF16 ? largest / 128 : 0);
  // Two roundings to bytes may fall to both sides of a half.
  if (c->writes == ELEMENT_U8) limit = is_winograd && !is_real ? 3 : 1;
  if (worst <= limit) return;
  failures++;
  printf(
      "%s: %d to %d channels in %d groups, %dx%d, kernel %d by %d%s%s, element %d to %d, activation %d%s: off by %g of %g\n",
      kernel->name, c->inputs, c->outputs, c->groups, c->height, c->width, c->kernel, c->stride,
      c->takes_means ? " of means" : "", c->is_image ? " of an image" : "", c->reads, c->writes, c->activation,
      c->has_addend ? ", added to" : "", worst, largest);
}

static int check(const kernel *kernel, convolution c) {
  const int channels = c.groups * c.outputs, blocks = (channels + 7) / 8, in_channels = c.groups * c.inputs;
  if (!kernel->supports(&c)) return 0;
  const map_element stored = c.is_image && c.reads != ELEMENT_F32 ? ELEMENT_U8 : c.reads;
  const size_t in_count = (size_t)c.in_height * c.in_width * (c.is_image ? in_channels : (in_channels + 7) / 8 * 8);
  const size_t count = (size_t)c.height * c.width * blocks * 8, taps = (size_t)c.kernel * c.kernel;
  const size_t weight_count = channels * c.inputs * taps;
  float *weights = aligned(sizeof(float) * weight_count), *bias = aligned(sizeof(float) * channels);
  for (size_t i = 0; i < weight_count; i++)
    weights[i] = c.reads == ELEMENT_U8 ? rintf(next() * 127) : value_at(&(uint16_t){to_bf16(next() / 8)}, 0, ELEMENT_BF16);
  for (int i = 0; i < channels; i++) bias[i] = next();
  const filters f = {weights, (ptrdiff_t)(c.outputs * c.inputs * taps), (ptrdiff_t)(c.inputs * taps), (ptrdiff_t)taps, false};
  void *in = made_map(in_count, stored), *add = c.has_addend ? made_map(count, c.writes) : NULL;
  void *found = result(kernel, c, &f, bias, in, add, count, (map_tiles){NULL, 0});
  void *expected = result(&reference_convolution, c, &f, bias, in, add, count, (map_tiles){NULL, 0});
  compare(kernel, &c, found, expected, count);
  // The last tile alone, which lies at two borders.
  const int last = tile_count(&c) - 1;
  free(result(kernel, c, &f, bias, in, add, count, (map_tiles){&last, 1}));
  free(found);
  free(expected);
  free(in);
  free(add);
  free(weights);
  free(bias);
  return 1;
}

int main(void) {
  for (int k = 0; k < kernel_count(); k++) {
    const kernel *kernel = kernel_at(k);
    if (kernel->needs & ~(this_processor()->detected | INSTRUCTIONS_REFERENCE)) {
      printf("%-24s not run: this processor does not have its instructions\n", kernel->name);
      continue;
    }
    int runs = 0;
    for (size_t s = 0; s < sizeof shapes / sizeof *shapes; s++)
      for (size_t z = 0; z < sizeof sides / sizeof *sides; z++)
        for (int kind = 0; kind < 9; kind++) {
          const shape *a = shapes + s;
          const int less = a->takes_means ? 1 : 0, pad = a->kernel / 2, h = sides[z][0] + less, w = sides[z][1] + less;
          convolution c = {
              .groups = a->groups, .inputs = a->inputs / a->groups, .outputs = a->outputs / a->groups, .kernel = a->kernel,
              .stride = a->stride, .padding = pad, .is_image = a->is_image, .takes_means = a->takes_means, .in_height = h,
              .in_width = w, .height = (h - less + 2 * pad - a->kernel) / a->stride + 1,
              .width = (w - less + 2 * pad - a->kernel) / a->stride + 1, .reads = kind % 3, .writes = kind / 3,
              .activation = (int)(s + z + kind) % 3, .has_addend = (s + z) % 2, .zero_point = 77, .out_factor = 20,
              .out_offset = (s + z) % 2 ? 0 : 100};
          if (c.is_image && c.reads == ELEMENT_U8) continue;
          c.in = c.is_image ? (map_layout){1, w, (ptrdiff_t)w * h} : (map_layout){8, 8 * w, 8 * (ptrdiff_t)w * h};
          c.out = c.add = (map_layout){8, 8 * c.width, 8 * (ptrdiff_t)c.width * c.height};
          runs += check(kernel, c);
        }
    printf("%-24s %d convolutions\n", kernel->name, runs);
  }
  printf("%d failures\n", failures);
  return failures ? 1 : 0;
}
