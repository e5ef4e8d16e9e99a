#include "cases.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

uint32_t check_number(uint64_t *state, uint32_t below) {
  *state = *state * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)((*state >> 32) * below >> 32);
}

static float between(uint64_t *state, float low, float high) {
  return low + (high - low) * (float)check_number(state, 1 << 20) / (1 << 20);
}

// Products that a case may take: plain C, instrumented or interpreted, is slow.
enum { PRODUCTS_MAX = 600000 };

static int output_side(const convolution *c, int side) {
  return (side - (c->takes_means ? 1 : 0) + 2 * c->padding - c->kernel) / c->stride + 1;
}

static void cut(convolution *c) {
  // A row of three pixels at least; more where there is no border to complete a window.
  const int least = c->padding > 0 ? 1 : c->kernel, more = c->takes_means ? 2 : 0;
  for (;;) {
    c->height = output_side(c, c->in_height);
    c->width = output_side(c, c->in_width);
    const double products =
        (double)c->height * c->width * c->inputs * c->outputs * c->groups * c->kernel * c->kernel;
    // Odd sizes leave remainders.
    const int height = c->in_height / 2 | 1, width = c->in_width / 2 | 1;
    if (products <= PRODUCTS_MAX) return;
    if (c->in_height >= c->in_width && height >= least + more && height < c->in_height) c->in_height = height;
    else if (c->in_width > 3 && width >= 3 + more) c->in_width = width;
    else if (c->in_height > 1 && height >= least + more && height < c->in_height) c->in_height = height;
    else return;
  }
}

// A map of `channels`, and the values that its memory holds.
static size_t place_map(map_layout *layout, check_layout kind, int channels, int height, int width) {
  const size_t area = (size_t)height * width;
  if (kind == BLOCKS_OF_EIGHT) {
    *layout = (map_layout){8, 8 * width, 8 * area};
    return (size_t)(channels + 7) / 8 * 8 * area;
  }
  const ptrdiff_t pixel = kind == CHANNELS_LAST ? channels : channels + 24;
  *layout = (map_layout){pixel, pixel * width, 8};
  return (area - 1) * pixel + channels;
}

static uint16_t bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}

static void *fill(size_t count, map_element element, uint64_t *state) {
  void *map = malloc(count * element_size(element));
  if (!map) abort();
  for (size_t i = 0; i < count; i++) {
    const float value = between(state, -2, 2);
    if (element == ELEMENT_U8) ((uint8_t *)map)[i] = (uint8_t)check_number(state, 256);
    else if (element == ELEMENT_BF16) ((uint16_t *)map)[i] = bf16(value);
    else ((float *)map)[i] = value;
  }
  return map;
}

static void choose_tiles(check_case *k, uint64_t *state) {
  const int all = tile_count(&k->convolution);
  int *numbers = malloc(sizeof(int) * all), count = 0;
  if (!numbers) abort();
  for (int i = 0; i < all; i++)
    if (check_number(state, 3) == 0) numbers[count++] = i;
  if (count == 0) numbers[count++] = all - 1;
  k->tiles = (map_tiles){numbers, count};
}

check_case check_make(convolution shape, map_element reads, uint64_t seed) {
  uint64_t state = seed * 77 + 1;
  check_case k = {.convolution = shape};
  convolution *c = &k.convolution;
  c->reads = reads;
  cut(c);
  for (int i = 0; i < 4; i++) check_number(&state, 2);
  c->writes = (map_element[]){reads, reads, ELEMENT_F32, ELEMENT_BF16, ELEMENT_U8}[check_number(&state, 5)];
  if (reads == ELEMENT_F32) c->writes = ELEMENT_F32;
  c->activation = (int[]){ACTIVATION_SILU, ACTIVATION_SILU, ACTIVATION_LINEAR, ACTIVATION_RELU}[check_number(&state, 4)];
  c->has_addend = check_number(&state, 3) == 0;
  // Networks keep maps in blocks.
  const check_layout layouts[] = {BLOCKS_OF_EIGHT, BLOCKS_OF_EIGHT, CHANNELS_LAST, CHANNELS_OF_MORE};
  k.in_layout = layouts[check_number(&state, 4)];
  k.out_layout = k.in_layout == BLOCKS_OF_EIGHT ? BLOCKS_OF_EIGHT : (check_layout)check_number(&state, 3);
  const int inputs = c->inputs * c->groups, outputs = c->outputs * c->groups, taps = c->kernel * c->kernel;
  const map_element in_element = c->is_image && reads != ELEMENT_F32 ? ELEMENT_U8 : reads;
  size_t in_count = place_map(&c->in, k.in_layout, inputs, c->in_height, c->in_width);
  if (c->is_image) {
    const size_t plane = (size_t)c->in_height * c->in_width;
    c->in = (map_layout){1, c->in_width, plane};
    in_count = inputs * plane;
  }
  k.in = fill(in_count, in_element, &state);
  const size_t out_count = place_map(&c->out, k.out_layout, outputs, c->height, c->width);
  k.out_size = out_count * element_size(c->writes);
  c->add = c->out;
  if (c->has_addend) k.add = fill(out_count, c->writes, &state);

  const size_t count = (size_t)outputs * c->inputs * taps;
  k.weights = malloc(sizeof(float) * count);
  k.factors = malloc(sizeof(float) * outputs);
  k.bias = malloc(sizeof(float) * outputs);
  if (!k.weights || !k.factors || !k.bias) abort();
  // Sums of about 1, so that activations see what bends.
  const float spread = 3 / sqrtf((float)c->inputs * taps);
  for (size_t i = 0; i < count; i++) {
    const float value = between(&state, -spread, spread);
    uint32_t bits = (uint32_t)bf16(value) << 16;
    if (reads == ELEMENT_U8) k.weights[i] = (float)((int)check_number(&state, 255) - 127);
    else if (reads == ELEMENT_BF16) memcpy(k.weights + i, &bits, 4);
    else k.weights[i] = value;
  }
  for (int i = 0; i < outputs; i++) {
    k.factors[i] = reads == ELEMENT_U8 ? between(&state, .6f, 1.4f) * spread / 6000 : c->is_image ? 1 / 255.f : 1;
    k.bias[i] = between(&state, -1, 1);
  }
  c->zero_point = reads == ELEMENT_U8 ? (uint8_t)check_number(&state, 256) : 0;
  if (c->is_image) c->zero_point = 0;
  c->out_factor = between(&state, 20, 60);
  c->out_offset = c->has_addend ? 0 : (float)check_number(&state, 60);
  k.filters = (filters){k.weights, (ptrdiff_t)c->outputs * c->inputs * taps, (ptrdiff_t)c->inputs * taps, taps, false};
  if (check_number(&state, 3) == 0) choose_tiles(&k, &state);
  return k;
}

void check_free(check_case *k) {
  free(k->in);
  free(k->add);
  free(k->weights);
  free(k->factors);
  free(k->bias);
  free((int *)k->tiles.numbers);
}

bool check_is_selected(const check_case *k, int y, int x) {
  if (!k->tiles.numbers) return true;
  const int number = y / TILE * tile_columns(&k->convolution) + x / TILE;
  for (int i = 0; i < k->tiles.count; i++)
    if (k->tiles.numbers[i] == number) return true;
  return false;
}

ptrdiff_t check_place(const check_case *k, int channel, int y, int x) {
  const map_layout *out = &k->convolution.out;
  return channel / 8 * out->block + channel % 8 + y * out->row + x * out->pixel;
}

float check_value(const void *map, ptrdiff_t index, map_element element) {
  if (element == ELEMENT_U8) return ((const uint8_t *)map)[index];
  if (element == ELEMENT_F32) return ((const float *)map)[index];
  const uint32_t bits = (uint32_t)((const uint16_t *)map)[index] << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static void *aligned(size_t size) {
  void *memory = NULL;
  if (posix_memalign(&memory, 64, size > 0 ? size : 1) != 0) abort();
  memset(memory, 0x5a, size);
  return memory;
}

void *check_run(const kernel *kernel, const check_case *k, int threads) {
  convolution c = k->convolution;
  if (!kernel->supports(&c)) return NULL;
  void *memory = aligned(convolution_prepared_size(kernel, &c));
  convolution_prepare(kernel, &c, &k->filters, k->factors, k->bias, memory);
  void *out = malloc(k->out_size);
  if (!out) abort();
  // What is not asked for keeps this.
  memset(out, 0x33, k->out_size);
  convolution_call call = {.convolution = &c, .in = k->in, .add = k->add, .out = out, .tiles = k->tiles};
  if (!call.tiles.numbers) call.tiles.count = tile_count(&c);
  // Ranges in turn, so that each has scratch memory of its exact size.
  const team_units units = kernel->units(&call, threads);
  for (int part = 0; part < threads; part++) {
    void *scratch = aligned(kernel->scratch_size ? kernel->scratch_size(&c) : 0);
    const team_range range = {units.count * part / threads, units.count * (part + 1) / threads, units.count};
    if (range.begin < range.end) kernel->run(&call, scratch, range);
    free(scratch);
  }
  free(memory);
  return out;
}
