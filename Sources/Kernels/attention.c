// Attention: divides windows and heads among a team, and gathers each from the map.
#include "include/attention.h"

#include <math.h>
#include <stdbool.h>

#include "attention_parts.h"
#include "include/processor.h"
#include "include/team.h"

enum { PARTS = 12, LANES_OF_ROW = 16 };

typedef struct {
  const attention *map;
  const float *in, *outer;  // outer: NULL for the forward pass
  float *out, *scratch;     // out: results, or the gradient of `in`
} attention_work;

static int pieces(int length, int window) { return (length + window - 1) / window; }

// Floats of one array of a window, which has at most so many positions.
static size_t array_size(const attention *map) {
  const int side = map->window, count = (side * side + LANES_OF_ROW - 1) / LANES_OF_ROW * LANES_OF_ROW;
  return (size_t)count * (size_t)(map->depth > 1 ? map->depth : 1);
}

size_t attention_scratch(const attention *map, int threads) {
  return array_size(map) * PARTS * (size_t)(threads > 1 ? threads : 1);
}

// The rows or columns of piece `index`.
static void extent(int length, int window, int index, int *first, int *end) {
  const int count = pieces(length, window);
  *first = length * index / count;
  *end = length * (index + 1) / count;
}

typedef struct {
  int top, bottom, left, right;
} area;

// Offset of the first position of a channel.
static ptrdiff_t channel_at(const attention_order *order, int channel) {
  return channel / order->group * order->step + channel % order->group;
}

// Copies channels `first` … of an area of a map to rows of `depth`, times `factor`, and if wanted also across.
static void gather(
    const float *map, const attention_order *order, const attention *work, area a, int first, float factor, float *rows,
    float *across, int padded) {
  for (int c = 0; c < work->depth; c++) {
    const float *plane = map + channel_at(order, first + c);
    int j = 0;
    for (int y = a.top; y < a.bottom; y++)
      for (int x = a.left; x < a.right; x++, j++) {
        const float value = plane[(y * work->width + x) * order->pixel] * factor;
        rows[(size_t)j * work->depth + c] = value;
        if (across) across[(size_t)c * padded + j] = value;
      }
    if (across)
      for (; j < padded; j++) across[(size_t)c * padded + j] = 0;
  }
}

static void scatter(const float *rows, const attention_order *order, const attention *work, area a, int first, float *map) {
  for (int c = 0; c < work->depth; c++) {
    float *plane = map + channel_at(order, first + c);
    int j = 0;
    for (int y = a.top; y < a.bottom; y++)
      for (int x = a.left; x < a.right; x++, j++)
        plane[(y * work->width + x) * order->pixel] = rows[(size_t)j * work->depth + c];
  }
}

// Blocks have zeros behind the last channel.
static void clear_padding(const attention_order *order, int channels, int positions, float *map) {
  if (order->step == 0) return;
  const int end = (channels + order->group - 1) / order->group * order->group;
  for (int channel = channels; channel < end; channel++)
    for (int position = 0; position < positions; position++) map[channel_at(order, channel) + position * order->pixel] = 0;
}

static void run(const attention_window *w, bool is_forward) {
#if defined(__x86_64__)
  const instruction_set usable = this_processor()->usable;
  if (usable & INSTRUCTIONS_AVX512) return is_forward ? avx512_attention_forward(w) : avx512_attention_backward(w);
  if (usable & INSTRUCTIONS_AVX2) return is_forward ? avx2_attention_forward(w) : avx2_attention_backward(w);
#endif
  is_forward ? reference_attention_forward(w) : reference_attention_backward(w);
}

// Each head of each window.
static team_units units_of(const attention *map) {
  return (team_units){pieces(map->height, map->window) * pieces(map->width, map->window) * map->heads, 1};
}

static void run_range(const void *argument, int member, team_range range) {
  const attention_work *work = argument;
  const attention *map = work->map;
  const int columns = pieces(map->width, map->window), channels = map->heads * map->depth;
  const size_t size = array_size(map);
  float *memory = work->scratch + (size_t)member * size * PARTS;
  attention_window w = {.depth = map->depth};
  float **arrays[] = {&w.queries, &w.keys, &w.keys_across, &w.values, &w.values_across, &w.results, &w.outer,
                      &w.query_gradient, &w.key_gradient, &w.value_gradient, &w.weights, &w.slopes};
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++) *arrays[i] = memory + i * size;
  const float scale = 1 / sqrtf((float)map->depth);
  for (int index = range.begin; index < range.end; index++) {
    const int head = index % map->heads, window = index / map->heads;
    area a;
    extent(map->height, map->window, window / columns, &a.top, &a.bottom);
    extent(map->width, map->window, window % columns, &a.left, &a.right);
    w.count = (a.bottom - a.top) * (a.right - a.left);
    w.padded = (w.count + LANES_OF_ROW - 1) / LANES_OF_ROW * LANES_OF_ROW;
    const int query = head * map->depth, key = channels + query, value = 2 * channels + query;
    gather(work->in, &map->in, map, a, query, scale, w.queries, NULL, w.padded);
    gather(work->in, &map->in, map, a, key, 1, w.keys, w.keys_across, w.padded);
    gather(work->in, &map->in, map, a, value, 1, w.values, work->outer ? w.values_across : NULL, w.padded);
    if (work->outer) {
      gather(work->outer, &map->out, map, a, query, 1, w.outer, NULL, w.padded);
      run(&w, false);
      scatter(w.query_gradient, &map->in, map, a, query, work->out);
      scatter(w.key_gradient, &map->in, map, a, key, work->out);
      scatter(w.value_gradient, &map->in, map, a, value, work->out);
    } else {
      run(&w, true);
      scatter(w.results, &map->out, map, a, query, work->out);
    }
  }
}

const char *attention_name(void) {
#if defined(__x86_64__)
  const instruction_set usable = this_processor()->usable;
  if (usable & INSTRUCTIONS_AVX512) return "attention:avx512";
  if (usable & INSTRUCTIONS_AVX2) return "attention:avx2";
#endif
  return "attention:reference";
}

void attention_forward(const attention *map, const float *in, float *out, float *scratch, int threads) {
  const attention_work work = {map, in, NULL, out, scratch};
  clear_padding(&map->out, map->heads * map->depth, map->height * map->width, out);
  team_run(threads, units_of(map), run_range, &work);
}

void attention_backward(
    const attention *map, const float *in, const float *outer, float *inner, float *scratch, int threads) {
  const attention_work work = {map, in, outer, inner, scratch};
  clear_padding(&map->in, 3 * map->heads * map->depth, map->height * map->width, inner);
  team_run(threads, units_of(map), run_range, &work);
}
