// Pooling with AVX2, and means before a convolution.
#include "means.h"
#include "../move_rows.h"
#include "vectors.h"

#if defined(__x86_64__)

// Maximum or sum of `rows` × `columns` groups of eight from `in` on.
AVX2 INLINE __m256 under_window(
    const map_move *m, const uint8_t *in, int rows, int columns, const bool is_maximum, const map_element element) {
  const ptrdiff_t size = element == ELEMENT_U8 ? 1 : 2;
  __m256 value = is_maximum ? real_of(in, element) : _mm256_setzero_ps();
  for (int row = 0; row < rows; row++)
    for (int column = 0; column < columns; column++) {
      const __m256 next = real_of(in + (row * m->in.row + column * m->in.pixel) * size, element);
      value = is_maximum ? _mm256_max_ps(value, next) : _mm256_add_ps(value, next);
    }
  return value;
}

// A row of outputs.
AVX2 INLINE void pool(
    const move_work *work, const uint8_t *in, int y, uint8_t *out, const int kernel, const bool is_maximum,
    const map_element element) {
  const map_move *m = work->move;
  const map_window *w = work->window;
  const ptrdiff_t size = element == ELEMENT_U8 ? 1 : 2;
  const int top = y * w->stride - w->padding, first = top < 0 ? 0 : top;
  const int rows = (top + kernel < m->in_height ? top + kernel : m->in_height) - first;
  for (int x = 0; x < m->width; x++) {
    const int left = x * w->stride - w->padding, from = left < 0 ? 0 : left;
    const int columns = (left + kernel < m->in_width ? left + kernel : m->in_width) - from;
    const uint8_t *window = in + (first * m->in.row + from * m->in.pixel) * size;
    __m256 value;
    if (rows == kernel && columns == kernel) value = under_window(m, window, kernel, kernel, is_maximum, element);
    else value = under_window(m, window, rows, columns, is_maximum, element);
    if (!is_maximum) value = _mm256_mul_ps(value, _mm256_set1_ps(1.0f / (float)(rows * columns)));
    put(value, out + x * m->out.pixel * size, element);
  }
}

AVX2 static void means_of_u8(const uint8_t *from, ptrdiff_t row, uint8_t *to, int count) {
  int x = 0;
  for (; x + 4 <= count; x += 4, from += 32, to += 32) {
    __m256i sum[2];
    for (int half = 0; half < 2; half++) {
      sum[half] = _mm256_set1_epi16(2);
      for (int y = 0; y < 2; y++)
        for (int column = 0; column < 2; column++)
          sum[half] = _mm256_add_epi16(
              sum[half],
              _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)(from + y * row + (column + half * 2) * 8))));
    }
    const __m256i bytes = _mm256_packus_epi16(_mm256_srli_epi16(sum[0], 2), _mm256_srli_epi16(sum[1], 2));
    _mm256_storeu_si256((__m256i *)to, _mm256_permute4x64_epi64(bytes, 0xd8));
  }
  for (; x < count; x++, from += 8, to += 8)
    for (int i = 0; i < 8; i++) to[i] = (uint8_t)((from[i] + from[i + 8] + from[row + i] + from[row + i + 8] + 2) / 4);
}

AVX2 static void means_of_bf16(const uint8_t *from, ptrdiff_t row, uint8_t *to, int count) {
  __m256 left = _mm256_add_ps(real_of(from, ELEMENT_BF16), real_of(from + row, ELEMENT_BF16));
  for (int x = 0; x < count; x++, to += 16) {
    from += 16;
    const __m256 right = _mm256_add_ps(real_of(from, ELEMENT_BF16), real_of(from + row, ELEMENT_BF16));
    put(_mm256_mul_ps(_mm256_add_ps(left, right), _mm256_set1_ps(0.25f)), to, ELEMENT_BF16);
    left = right;
  }
}

AVX2 static void means_of_f32(const uint8_t *from, ptrdiff_t row, uint8_t *to, int count) {
  __m256 left = _mm256_add_ps(real_of(from, ELEMENT_F32), real_of(from + row, ELEMENT_F32));
  for (int x = 0; x < count; x++, to += 32) {
    from += 32;
    const __m256 right = _mm256_add_ps(real_of(from, ELEMENT_F32), real_of(from + row, ELEMENT_F32));
    put(_mm256_mul_ps(_mm256_add_ps(left, right), _mm256_set1_ps(0.25f)), to, ELEMENT_F32);
    left = right;
  }
}

void means_avx2(map_element element, const uint8_t *from, ptrdiff_t row, uint8_t *to, int count) {
  if (element == ELEMENT_U8) means_of_u8(from, row, to, count);
  else if (element == ELEMENT_BF16) means_of_bf16(from, row, to, count);
  else means_of_f32(from, row, to, count);
}

static void mean_row(const move_work *work, const uint8_t *in, int y, uint8_t *out) {
  const map_move *m = work->move;
  const ptrdiff_t row = m->in.row * element_size(m->element);
  means_avx2(m->element, in + y * row, row, out, m->width);
}

AVX2 static void any_row(const move_work *work, const uint8_t *in, int y, uint8_t *out) {
  const map_window *w = work->window;
  if (work->move->element == ELEMENT_U8) pool(work, in, y, out, w->kernel, w->is_maximum, ELEMENT_U8);
  else pool(work, in, y, out, w->kernel, w->is_maximum, ELEMENT_BF16);
}

pool_row *pool_row_avx2(const map_move *move, const map_window *w) {
  if (!w->is_maximum && w->kernel == 2 && w->stride == 1 && w->padding == 0) return mean_row;
  pool_row *const maximum = maximum_row_avx2(move, w);
  return maximum ? maximum : any_row;
}
#endif
