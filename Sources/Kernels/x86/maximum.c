// Max pooling with AVX2: the maximum of a window is that of its columns' maxima, which are computed for whole rows
// first.
#include <string.h>

#include "../move_rows.h"
#include "attributes.h"

#if defined(__x86_64__)
// Columns of a row that are processed together, and the widest window.
enum { COLUMNS = 96, KERNEL = 5 };

// Maps bf16 to 16-bit integers of the same order (negative numbers are reversed), and back.
AVX2 INLINE __m256i key_of(__m256i values, const bool is_u8) {
  if (is_u8) return values;
  return _mm256_xor_si256(values, _mm256_srli_epi16(_mm256_srai_epi16(values, 15), 1));
}
AVX2 INLINE __m256i larger(__m256i a, __m256i b, const bool is_u8) {
  return is_u8 ? _mm256_max_epu8(a, b) : _mm256_max_epi16(a, b);
}

// Maximum of `rows` values below each other, for `bytes` bytes (a multiple of eight), as keys.
AVX2 INLINE void take_columns(
    const uint8_t *in, ptrdiff_t row, int rows, uint8_t *columns, int bytes, const bool is_u8) {
  int i = 0;
  for (; i + 32 <= bytes; i += 32) {
    __m256i value = key_of(_mm256_loadu_si256((const __m256i *)(in + i)), is_u8);
    for (int k = 1; k < rows; k++)
      value = larger(value, key_of(_mm256_loadu_si256((const __m256i *)(in + k * row + i)), is_u8), is_u8);
    _mm256_storeu_si256((__m256i *)(columns + i), value);
  }
  for (; i < bytes; i += 8)
    for (int k = 0; k < rows; k++) {
      const __m128i next = _mm_loadl_epi64((const __m128i *)(in + k * row + i));
      __m256i value = key_of(_mm256_castsi128_si256(next), is_u8);
      if (k > 0)
        value = larger(value, _mm256_castsi128_si256(_mm_loadl_epi64((const __m128i *)(columns + i))), is_u8);
      _mm_storel_epi64((__m128i *)(columns + i), _mm256_castsi256_si128(value));
    }
}

static inline void fill(uint8_t *to, uint16_t value, int bytes) {
  for (int i = 0; i < bytes; i += 2) memcpy(to + i, &value, 2);
}

// Maximum of each column and the next ones, for `bytes` bytes.
AVX2 INLINE void take_neighbours(const uint8_t *columns, uint8_t *largest, int bytes, const int kernel, const bool is_u8) {
  const int pixel = is_u8 ? 8 : 16;
  for (int i = 0; i < bytes; i += 32) {
    __m256i value = _mm256_loadu_si256((const __m256i *)(columns + i));
    for (int k = 1; k < kernel; k++)
      value = larger(value, _mm256_loadu_si256((const __m256i *)(columns + i + k * pixel)), is_u8);
    _mm256_storeu_si256((__m256i *)(largest + i), key_of(value, is_u8));
  }
}

// Unrolled by hand, because the compiler would gather eight bytes at a time, which is slow.
AVX2 INLINE void copy_pixel(const uint8_t *from, uint8_t *to, const bool is_u8) {
  if (is_u8) _mm_storel_epi64((__m128i *)to, _mm_loadl_epi64((const __m128i *)from));
  else _mm_storeu_si128((__m128i *)to, _mm_loadu_si128((const __m128i *)from));
}

AVX2 INLINE void pool(const move_work *work, const uint8_t *in, int y, uint8_t *out, const bool is_u8) {
  const map_move *m = work->move;
  const map_window *w = work->window;
  const int pixel = is_u8 ? 8 : 16, kernel = w->kernel, top = y * w->stride - w->padding;
  const int first = top < 0 ? 0 : top, last = top + kernel < m->in_height ? top + kernel : m->in_height;
  const int step = (COLUMNS - kernel) / w->stride + 1;
  const uint16_t smallest = is_u8 ? 0 : 0x8000;
  // The last vector may exceed the last column.
  uint8_t columns[(COLUMNS + KERNEL) * 16 + 32], largest[COLUMNS * 16 + 32];
  for (int x = 0; x < m->width; x += step) {
    const int count = m->width - x < step ? m->width - x : step, left = x * w->stride - w->padding;
    const int width = (count - 1) * w->stride + kernel, before = left < 0 ? -left : 0;
    const int end = left + width < m->in_width ? left + width : m->in_width, bytes = (width - kernel + 1) * pixel;
    // Columns beyond the map are ignored.
    const int started = before * pixel, ended = (end - left) * pixel;
    fill(columns, smallest, started);
    take_columns(
        in + (first * m->in.row + (left + before) * 8) * pixel / 8, m->in.row * pixel / 8, last - first, columns + started,
        ended - started, is_u8);
    fill(columns + ended, smallest, width * pixel - ended);
    if (kernel == 3) take_neighbours(columns, largest, bytes, 3, is_u8);
    else if (kernel == 5) take_neighbours(columns, largest, bytes, 5, is_u8);
    else take_neighbours(columns, largest, bytes, kernel, is_u8);
    uint8_t *to = out + x * pixel;
    if (w->stride == 1) memcpy(to, largest, bytes);
    else
      for (int i = 0; i < count; i++) copy_pixel(largest + i * w->stride * pixel, to + i * pixel, is_u8);
  }
}

AVX2 static void maximum_of_u8(const move_work *work, const uint8_t *in, int y, uint8_t *out) {
  pool(work, in, y, out, true);
}
AVX2 static void maximum_of_bf16(const move_work *work, const uint8_t *in, int y, uint8_t *out) {
  pool(work, in, y, out, false);
}

pool_row *maximum_row_avx2(const map_move *m, const map_window *w) {
  if (!w->is_maximum || w->kernel > KERNEL || m->in.pixel != 8 || m->out.pixel != 8) return NULL;
  return m->element == ELEMENT_U8 ? maximum_of_u8 : maximum_of_bf16;
}
#endif
