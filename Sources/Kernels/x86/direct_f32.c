// Convolution by direct sums in f32, 1×1 or with a window, with the activation and an addition in the registers where the
// sums are.
#include <string.h>

#include "../include/kernel.h"
#include "vectors.h"

#if defined(__x86_64__)

// Output channels are computed 16 at a time, as what keeps two vectors of weights and six sums of each in registers.
static int strip_width(int left) { return left < 16 ? 8 : 16; }

// Channels that lie together in the input.
static int lane_count(const convolution *c) { return c->is_image ? 1 : 8; }

// Floats of the weights of one group.
static size_t group_count(const convolution *c) { return (size_t)c->kernel * c->kernel * c->inputs * c->outputs; }
static size_t packed_size(const convolution *c) { return sizeof(float) * c->groups * group_count(c); }

// Strip by strip: for each of them block by block of input channels, row and column of the window, channel in the block.
static void pack(convolution *c, const filters *f, void *packed, float *factors, float *bias) {
  const int area = c->kernel * c->kernel, lanes = lane_count(c);
  float *to = packed;
  for (int group = 0; group < c->groups; group++)
    for (int first = 0; first < c->outputs;) {
      const int width = strip_width(c->outputs - first);
      for (int block = 0; block < c->inputs; block += lanes)
        for (int tap = 0; tap < area; tap++)
          for (int lane = 0; lane < lanes; lane++)
            for (int o = first; o < first + width; o++)
              *to++ = filter_at(f, c, group, o, block + lane, tap) * factors[group * c->outputs + o];
      first += width;
    }
}

// A window reads rows that were staged with their borders, a single point the map where it is.
static int staged_width(const convolution *c) { return (c->width - 1) * c->stride + c->kernel; }

static size_t scratch_size(const convolution *c) {
  return c->kernel > 1 ? sizeof(float) * c->kernel * staged_width(c) * c->inputs : 0;
}

// What the sums of some pixels are made of: where the first pixel's window begins, and the steps from there.
typedef struct {
  const float *in;
  ptrdiff_t pixel, column, row, block;  // to the next pixel's window, and within one
  int blocks;
} operand;

// `pixels` sums of `vectors` × 8 output channels, stored from `out` on.
AVX2 INLINE void sum_up(
    const convolution *c, const operand *x, const float *weights, const float *bias, float *out,
    const float *add, const int pixels, const int vectors, const int lanes, const int kernel, const int activation) {
  __m256 sum[8][2];
  UNROLLED for (int v = 0; v < vectors; v++)
    UNROLLED for (int p = 0; p < pixels; p++) sum[p][v] = _mm256_loadu_ps(bias + v * 8);
  for (int block = 0; block < x->blocks; block++)
    for (int row = 0; row < kernel; row++)
      UNROLLED for (int column = 0; column < kernel; column++) {
        const float *in = x->in + block * x->block + row * x->row + column * x->column;
        for (int lane = 0; lane < lanes; lane++) {
          __m256 w[2];
          UNROLLED for (int v = 0; v < vectors; v++) w[v] = _mm256_loadu_ps(weights + v * 8);
          weights += vectors * 8;
          UNROLLED for (int p = 0; p < pixels; p++) {
            const __m256 value = _mm256_broadcast_ss(in + p * x->pixel + lane);
            UNROLLED for (int v = 0; v < vectors; v++) sum[p][v] = _mm256_fmadd_ps(value, w[v], sum[p][v]);
          }
        }
      }
  // By way of memory: the activation wants the registers for its constants.
  float held[8 * 2 * 8] __attribute__((aligned(32)));
  UNROLLED for (int v = 0; v < vectors; v++)
    UNROLLED for (int p = 0; p < pixels; p++) _mm256_store_ps(held + (v * pixels + p) * 8, sum[p][v]);
  for (int v = 0; v < vectors; v++)
    for (int p = 0; p < pixels; p++) {
      __m256 y = activate(_mm256_load_ps(held + (v * pixels + p) * 8), activation);
      if (add) y = _mm256_add_ps(y, _mm256_loadu_ps(add + p * c->add.pixel + v * c->add.block));
      _mm256_storeu_ps(out + p * c->out.pixel + v * c->out.block, y);
    }
}

// `count` pixels side by side, `STEP` at a time fill the registers with sums.
#define SUM_UP_ALL(NAME, STEP, VECTORS, LANES, KERNEL, ACTIVATION)                                                    \
  AVX2 static void NAME(                                                                                              \
      const convolution *c, operand x, const float *weights, const float *bias, float *out, const float *add,  \
      int count) {                                                                                                    \
    while (count > 0) {                                                                                               \
      /* Few sums at a time wait for each other: 4 + 4 is better than 6 + 2. */                                       \
      const int step = count >= STEP && !(STEP == 6 && count == 8) ? STEP : count >= 4 ? 4 : count >= 2 ? 2 : 1;           \
      if (step == STEP) sum_up(c, &x, weights, bias, out, add, STEP, VECTORS, LANES, KERNEL, ACTIVATION);             \
      else if (step == 4) sum_up(c, &x, weights, bias, out, add, 4, VECTORS, LANES, KERNEL, ACTIVATION);              \
      else if (step == 2) sum_up(c, &x, weights, bias, out, add, 2, VECTORS, LANES, KERNEL, ACTIVATION);              \
      else sum_up(c, &x, weights, bias, out, add, 1, VECTORS, LANES, KERNEL, ACTIVATION);                             \
      x.in += step * x.pixel;                                                                                         \
      out += step * c->out.pixel;                                                                                     \
      if (add) add += step * c->add.pixel;                                                                            \
      count -= step;                                                                                                  \
    }                                                                                                                 \
  }
typedef void strip_function(
    const convolution *, operand, const float *, const float *, float *, const float *, int);

// Of one kind of window: by activation, for strips of 8 and of 16 channels.
#define STRIP_FUNCTIONS(NAME, LANES, KERNEL)                            \
  SUM_UP_ALL(NAME##_linear_8, 8, 1, LANES, KERNEL, ACTIVATION_LINEAR)   \
  SUM_UP_ALL(NAME##_linear_16, 6, 2, LANES, KERNEL, ACTIVATION_LINEAR)  \
  SUM_UP_ALL(NAME##_silu_8, 8, 1, LANES, KERNEL, ACTIVATION_SILU)       \
  SUM_UP_ALL(NAME##_silu_16, 6, 2, LANES, KERNEL, ACTIVATION_SILU)      \
  SUM_UP_ALL(NAME##_relu_8, 8, 1, LANES, KERNEL, ACTIVATION_RELU)       \
  SUM_UP_ALL(NAME##_relu_16, 6, 2, LANES, KERNEL, ACTIVATION_RELU)      \
  static strip_function *const NAME[3][2] = {                           \
      [ACTIVATION_LINEAR] = {NAME##_linear_8, NAME##_linear_16},        \
      [ACTIVATION_SILU] = {NAME##_silu_8, NAME##_silu_16},              \
      [ACTIVATION_RELU] = {NAME##_relu_8, NAME##_relu_16}};
STRIP_FUNCTIONS(point, 8, 1)
STRIP_FUNCTIONS(window, 8, 3)
STRIP_FUNCTIONS(planar_window, 1, 3)

// One strip of output channels after the other for `count` pixels whose windows begin at `x`.
static void run_strips(
    const convolution *c, operand x, int group, float *out, const float *add, int count) {
  strip_function *const *of_width = (c->kernel == 1 ? point : c->is_image ? planar_window : window)[c->activation];
  const float *weights = (const float *)c->weights + group * group_count(c);
  for (int done = 0; done < c->outputs;) {
    const int width = strip_width(c->outputs - done), channel = group * c->outputs + done;
    of_width[width / 8 - 1](
        c, x, weights, c->bias + channel, out + channel / 8 * c->out.block, add ? add + channel / 8 * c->add.block : add,
        count);
    weights += (size_t)c->kernel * c->kernel * c->inputs * width;
    done += width;
  }
}

// Copies `count` groups of eight floats, or their means with the right, lower and lower right ones.
AVX2 static void stage_row(const float *from, ptrdiff_t row, ptrdiff_t pixel, float *to, int count, bool takes_means) {
  if (!takes_means) {
    for (int x = 0; x < count; x++) _mm256_storeu_ps(to + x * 8, _mm256_loadu_ps(from + x * pixel));
    return;
  }
  const __m256 quarter = _mm256_set1_ps(0.25f);
  __m256 left = _mm256_add_ps(_mm256_loadu_ps(from), _mm256_loadu_ps(from + row));
  for (int x = 0; x < count; x++) {
    const float *next = from + (x + 1) * pixel;
    const __m256 right = _mm256_add_ps(_mm256_loadu_ps(next), _mm256_loadu_ps(next + row));
    _mm256_storeu_ps(to + x * 8, _mm256_mul_ps(_mm256_add_ps(left, right), quarter));
    left = right;
  }
}

// The rows that outputs of row `y` see, with zeros around the map: block by block, row by row.
static void stage(const convolution *c, const float *in, int group, int y, float *to) {
  const int lanes = lane_count(c), width = staged_width(c), less = c->takes_means ? 1 : 0;
  const int rows = c->in_height - less, columns = c->in_width - less;
  const int right = c->padding + columns < width ? c->padding + columns : width, count = right - c->padding;
  for (int block = 0; block < c->inputs / lanes; block++)
    for (int k = 0; k < c->kernel; k++, to += (size_t)width * lanes) {
      const int row = y * c->stride - c->padding + k;
      if (row < 0 || row >= rows) {
        memset(to, 0, sizeof(float) * width * lanes);
        continue;
      }
      memset(to, 0, sizeof(float) * c->padding * lanes);
      memset(to + (size_t)right * lanes, 0, sizeof(float) * (width - right) * lanes);
      const float *from = in + (group * c->inputs / lanes + block) * c->in.block + row * c->in.row;
      if (c->is_image) memcpy(to + c->padding, from, sizeof(float) * count);
      else stage_row(from, c->in.row, c->in.pixel, to + c->padding * lanes, count, c->takes_means);
    }
}

// Bytes of inputs that are worked on at one time: half of a first-level cache.
enum { CHUNK_BYTES = 16 << 10 };

// Pixels that all channels are computed of before the next, where each has `inputs` of its own.
static int chunk_size(int inputs) {
  const int fitting = CHUNK_BYTES / 4 / inputs / 12 * 12;
  return fitting < 12 ? 12 : fitting > 96 ? 96 : fitting;
}

static void run_rows(const convolution_call *work, float *staged, int member, int threads) {
  const convolution *c = work->convolution;
  const int lanes = lane_count(c), width = staged_width(c), chunk = chunk_size(c->kernel * c->stride * c->inputs);
  for (int y = member; y < c->height; y += threads)
    for (int group = 0; group < c->groups; group++) {
      stage(c, work->in, group, y, staged);
      for (int first = 0; first < c->width; first += chunk) {
        const operand x = {staged + (ptrdiff_t)first * c->stride * lanes, (ptrdiff_t)c->stride * lanes, lanes,
                           (ptrdiff_t)width * lanes, (ptrdiff_t)c->kernel * width * lanes, c->inputs / lanes};
        run_strips(
            c, x, group, (float *)work->out + y * c->out.row + first * c->out.pixel,
            work->add ? (const float *)work->add + y * c->add.row + first * c->add.pixel : NULL,
            c->width - first < chunk ? c->width - first : chunk);
      }
    }
}

// `count` pixels from number `first` on, row by row; each output sees one pixel.
static void run_points(const convolution_call *work, int first, int count) {
  const convolution *c = work->convolution;
  for (int group = 0; group < c->groups; group++) {
    const operand x = {(const float *)work->in + group * c->inputs / 8 * c->in.block + first * c->in.pixel, c->in.pixel, 0, 0,
                       c->in.block, c->inputs / 8};
    run_strips(
        c, x, group, (float *)work->out + first * c->out.pixel, work->add ? (const float *)work->add + first * c->add.pixel : NULL, count);
  }
}

// Rows follow one another without a gap, so the map is one long row.
static void run_map(const convolution_call *work, int member, int threads) {
  const convolution *c = work->convolution;
  const int count = c->height * c->width, chunk = chunk_size(c->inputs);
  for (int first = member * chunk; first < count; first += threads * chunk)
    run_points(work, first, count - first < chunk ? count - first : chunk);
}

static void run_tiles(const convolution_call *work, int member, int threads) {
  const convolution *c = work->convolution;
  const int columns = (c->width + TILE - 1) / TILE;
  for (int index = member; index < work->tiles.count; index += threads) {
    const int top = work->tiles.numbers[index] / columns * TILE, left = work->tiles.numbers[index] % columns * TILE;
    for (int y = top; y < top + TILE && y < c->height; y++)
      run_points(work, y * c->width + left, c->width - left < TILE ? c->width - left : TILE);
  }
}

static void run(const convolution_call *call, void *scratch, int member, int members) {
  if (call->convolution->kernel > 1) run_rows(call, scratch, member, members);
  else if (call->tiles.numbers) run_tiles(call, member, members);
  else run_map(call, member, members);
}

static bool supports(const convolution *c) {
  if (c->reads != ELEMENT_F32 || c->writes != ELEMENT_F32 || c->outputs % 8 != 0 || c->out.pixel != 8) return false;
  if (c->is_image ? c->groups != 1 || c->kernel != 3 : c->inputs % 8 != 0 || c->in.pixel != 8) return false;
  if (c->kernel == 3) return c->padding <= 1;
  return c->kernel == 1 && c->stride == 1 && c->padding == 0 && !c->takes_means;
}

const kernel direct_f32_avx2 = {"direct:avx2", INSTRUCTIONS_AVX2, supports, packed_size, pack, scratch_size, run};
#endif
