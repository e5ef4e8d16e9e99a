#include "CPixelRows.h"

#if defined(__x86_64__)
#include <immintrin.h>
#include <string.h>

#define AVX2 __attribute__((target("avx2")))

bool pixel_rows_available(void) { return __builtin_cpu_supports("avx2"); }

// 16 samples, of which `bytes` exist.
AVX2 static inline __m128i samples_at(const uint8_t *plane, size_t bytes) {
  if (bytes >= 16) return _mm_loadu_si128((const __m128i *)plane);
  uint8_t part[16] = {0};
  memcpy(part, plane, bytes);
  return _mm_loadu_si128((const __m128i *)part);
}

AVX2 static inline __m256i scaled(__m128i bytes) { return _mm256_slli_epi16(_mm256_cvtepu8_epi16(bytes), 3); }

AVX2 static inline void store_sum(__m256i luma, __m256i chroma, uint8_t *out) {
  __m256i sum = _mm256_adds_epi16(luma, chroma);
  __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(sum, sum), 0x08);
  _mm_storeu_si128((__m128i *)out, _mm256_castsi256_si128(packed));
}

AVX2 static inline __attribute__((always_inline)) void yuv_row(
    const uint8_t *y, const uint8_t *u, const uint8_t *v, const int chroma, size_t width, const pixel_rows_colour *colour,
    uint8_t *r, uint8_t *g, uint8_t *b) {
  const __m256i luma = _mm256_set1_epi16(colour->luma), black = _mm256_set1_epi16(colour->black);
  const __m256i red_v = _mm256_set1_epi16(colour->red_v), blue_u = _mm256_set1_epi16(colour->blue_u);
  const __m256i green_u = _mm256_set1_epi16(colour->green_u), green_v = _mm256_set1_epi16(colour->green_v);
  const __m256i middle = _mm256_set1_epi16(1024);
  const __m128i even = _mm_setr_epi8(0, 0, 2, 2, 4, 4, 6, 6, 8, 8, 10, 10, 12, 12, 14, 14);
  const __m128i odd = _mm_setr_epi8(1, 1, 3, 3, 5, 5, 7, 7, 9, 9, 11, 11, 13, 13, 15, 15);
  const size_t chroma_bytes = chroma == 0 ? width : chroma == 1 ? (width + 1) / 2 : (width + 1) / 2 * 2;
  for (size_t x = 0; x < width; x += 16) {
    __m128i ys = samples_at(y + x, width - x), us, vs;
    if (chroma == 0) {
      us = samples_at(u + x, chroma_bytes - x);
      vs = samples_at(v + x, chroma_bytes - x);
    } else if (chroma == 1) {
      size_t left = chroma_bytes - x / 2;
      us = left >= 8 ? _mm_loadl_epi64((const __m128i *)(u + x / 2)) : samples_at(u + x / 2, left);
      vs = left >= 8 ? _mm_loadl_epi64((const __m128i *)(v + x / 2)) : samples_at(v + x / 2, left);
      us = _mm_unpacklo_epi8(us, us);
      vs = _mm_unpacklo_epi8(vs, vs);
    } else {
      __m128i both = samples_at(u + x, chroma_bytes - x);
      us = _mm_shuffle_epi8(both, even);
      vs = _mm_shuffle_epi8(both, odd);
    }
    __m256i yw = _mm256_mulhi_epi16(_mm256_sub_epi16(scaled(ys), black), luma);
    __m256i uw = _mm256_sub_epi16(scaled(us), middle), vw = _mm256_sub_epi16(scaled(vs), middle);
    store_sum(yw, _mm256_mulhi_epi16(vw, red_v), r + x);
    store_sum(yw, _mm256_add_epi16(_mm256_mulhi_epi16(uw, green_u), _mm256_mulhi_epi16(vw, green_v)), g + x);
    store_sum(yw, _mm256_mulhi_epi16(uw, blue_u), b + x);
  }
}

AVX2 void pixel_rows_yuv(
    const uint8_t *y, const uint8_t *u, const uint8_t *v, int chroma, size_t width, const pixel_rows_colour *colour,
    uint8_t *r, uint8_t *g, uint8_t *b) {
  if (chroma == 0) yuv_row(y, u, v, 0, width, colour, r, g, b);
  else if (chroma == 1) yuv_row(y, u, v, 1, width, colour, r, g, b);
  else yuv_row(y, u, v, 2, width, colour, r, g, b);
}

// Three quarters of the nearer row and one quarter of the farther.
AVX2 static inline __m256i column_sum(const uint8_t *near, const uint8_t *far) {
  __m256i n = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)near));
  __m256i f = _mm256_cvtepu8_epi16(_mm_loadu_si128((const __m128i *)far));
  return _mm256_add_epi16(_mm256_add_epi16(_mm256_slli_epi16(n, 1), n), f);
}

AVX2 static inline __m128i narrow(__m256i words) {
  return _mm256_castsi256_si128(_mm256_permute4x64_epi64(_mm256_packus_epi16(words, words), 0x08));
}

static inline int one_sum(const uint8_t *near, const uint8_t *far, size_t x) { return 3 * near[x] + far[x]; }

AVX2 void pixel_rows_spread(
    const uint8_t *near, const uint8_t *far, size_t count, bool doubles, int even, int odd, uint8_t *out) {
  if (!doubles) {
    const __m256i bias = _mm256_set1_epi16((int16_t)even);
    size_t x = 0;
    for (; x + 16 <= count; x += 16) {
      __m256i sum = _mm256_add_epi16(column_sum(near + x, far + x), bias);
      _mm_storeu_si128((__m128i *)(out + x), narrow(_mm256_srli_epi16(sum, 2)));
    }
    for (; x < count; x++) out[x] = (uint8_t)((one_sum(near, far, x) + even) >> 2);
    return;
  }
  const __m256i even_bias = _mm256_set1_epi16((int16_t)even), odd_bias = _mm256_set1_epi16((int16_t)odd);
  size_t x = 0;
  while (x < count) {
    // The ends have one neighbour.
    if (x >= 1 && x + 17 <= count) {
      __m256i sum = column_sum(near + x, far + x), three = _mm256_add_epi16(_mm256_slli_epi16(sum, 1), sum);
      __m256i left = _mm256_add_epi16(_mm256_add_epi16(three, column_sum(near + x - 1, far + x - 1)), even_bias);
      __m256i right = _mm256_add_epi16(_mm256_add_epi16(three, column_sum(near + x + 1, far + x + 1)), odd_bias);
      __m128i l = narrow(_mm256_srli_epi16(left, 4)), r = narrow(_mm256_srli_epi16(right, 4));
      _mm_storeu_si128((__m128i *)(out + x * 2), _mm_unpacklo_epi8(l, r));
      _mm_storeu_si128((__m128i *)(out + x * 2 + 16), _mm_unpackhi_epi8(l, r));
      x += 16;
      continue;
    }
    int three = 3 * one_sum(near, far, x);
    out[x * 2] = (uint8_t)((three + one_sum(near, far, x > 0 ? x - 1 : x) + even) >> 4);
    out[x * 2 + 1] = (uint8_t)((three + one_sum(near, far, x + 1 < count ? x + 1 : x) + odd) >> 4);
    x += 1;
  }
}

AVX2 static inline __m256i centred(const uint8_t *samples, size_t count) {
  return _mm256_sub_epi16(_mm256_cvtepu8_epi16(samples_at(samples, count)), _mm256_set1_epi16(128));
}

// `value * factor`, the fraction rounded to the nearest integer.
AVX2 static inline __m256i product(__m256i value, pixel_rows_factor factor) {
  __m256i fraction = _mm256_set1_epi16(factor.fraction);
  __m256i up = _mm256_srli_epi16(_mm256_mullo_epi16(value, fraction), 15);
  __m256i whole = _mm256_mullo_epi16(value, _mm256_set1_epi16(factor.whole));
  return _mm256_add_epi16(whole, _mm256_add_epi16(_mm256_mulhi_epi16(value, fraction), up));
}

AVX2 void pixel_rows_jpeg(
    const uint8_t *y, const uint8_t *u, const uint8_t *v, size_t width, const pixel_rows_factors *factors, uint8_t *r,
    uint8_t *g, uint8_t *b) {
  const __m256i pair = _mm256_set1_epi32((uint16_t)factors->green_u.fraction | factors->green_v.fraction * 65536);
  const __m256i half = _mm256_set1_epi32(1 << 15);
  const __m256i whole_u = _mm256_set1_epi16(factors->green_u.whole);
  const __m256i whole_v = _mm256_set1_epi16(factors->green_v.whole);
  for (size_t x = 0; x < width; x += 16) {
    __m256i luma = _mm256_cvtepu8_epi16(samples_at(y + x, width - x));
    __m256i us = centred(u + x, width - x), vs = centred(v + x, width - x);
    __m256i low = _mm256_madd_epi16(_mm256_unpacklo_epi16(us, vs), pair);
    __m256i high = _mm256_madd_epi16(_mm256_unpackhi_epi16(us, vs), pair);
    low = _mm256_srai_epi32(_mm256_add_epi32(low, half), 16);
    high = _mm256_srai_epi32(_mm256_add_epi32(high, half), 16);
    __m256i green = _mm256_add_epi16(_mm256_mullo_epi16(us, whole_u), _mm256_mullo_epi16(vs, whole_v));
    green = _mm256_add_epi16(green, _mm256_packs_epi32(low, high));
    _mm_storeu_si128((__m128i *)(r + x), narrow(_mm256_add_epi16(luma, product(vs, factors->red_v))));
    _mm_storeu_si128((__m128i *)(g + x), narrow(_mm256_add_epi16(luma, green)));
    _mm_storeu_si128((__m128i *)(b + x), narrow(_mm256_add_epi16(luma, product(us, factors->blue_u))));
  }
}

// Byte masks that extract channel `c` of 16 triples from three vectors of 16 bytes, and those that interleave them.
static const int8_t split_masks[3][3][16] = {
    {{0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
     {-1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14, -1, -1, -1, -1, -1},
     {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 1, 4, 7, 10, 13}},
    {{1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
     {-1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15, -1, -1, -1, -1, -1},
     {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 2, 5, 8, 11, 14}},
    {{2, 5, 8, 11, 14, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1, -1},
     {-1, -1, -1, -1, -1, 1, 4, 7, 10, 13, -1, -1, -1, -1, -1, -1},
     {-1, -1, -1, -1, -1, -1, -1, -1, -1, -1, 0, 3, 6, 9, 12, 15}}};
static const int8_t join_masks[3][3][16] = {
    {{0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1, 5},
     {-1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1, -1},
     {-1, -1, 0, -1, -1, 1, -1, -1, 2, -1, -1, 3, -1, -1, 4, -1}},
    {{-1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10, -1},
     {5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1, 10},
     {-1, 5, -1, -1, 6, -1, -1, 7, -1, -1, 8, -1, -1, 9, -1, -1}},
    {{-1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1, -1},
     {-1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15, -1},
     {10, -1, -1, 11, -1, -1, 12, -1, -1, 13, -1, -1, 14, -1, -1, 15}}};

AVX2 static inline __m128i gather3(__m128i a, __m128i b, __m128i c, const int8_t masks[3][16]) {
  a = _mm_shuffle_epi8(a, _mm_loadu_si128((const __m128i *)masks[0]));
  b = _mm_shuffle_epi8(b, _mm_loadu_si128((const __m128i *)masks[1]));
  c = _mm_shuffle_epi8(c, _mm_loadu_si128((const __m128i *)masks[2]));
  return _mm_or_si128(_mm_or_si128(a, b), c);
}

AVX2 void pixel_rows_split(const uint8_t *rgb, size_t width, uint8_t *r, uint8_t *g, uint8_t *b) {
  uint8_t *const out[3] = {r, g, b};
  for (size_t x = 0; x < width; x += 16) {
    const uint8_t *from = rgb + x * 3;
    uint8_t part[48] = {0};
    if (width - x < 16) from = memcpy(part, from, (width - x) * 3);
    __m128i p0 = _mm_loadu_si128((const __m128i *)from), p1 = _mm_loadu_si128((const __m128i *)(from + 16));
    __m128i p2 = _mm_loadu_si128((const __m128i *)(from + 32));
    for (int c = 0; c < 3; c++) _mm_storeu_si128((__m128i *)(out[c] + x), gather3(p0, p1, p2, split_masks[c]));
  }
}

AVX2 void pixel_rows_interleave(const uint8_t *r, const uint8_t *g, const uint8_t *b, size_t width, uint8_t *rgb) {
  size_t x = 0;
  for (; x + 16 <= width; x += 16) {
    __m128i rs = _mm_loadu_si128((const __m128i *)(r + x)), gs = _mm_loadu_si128((const __m128i *)(g + x));
    __m128i bs = _mm_loadu_si128((const __m128i *)(b + x));
    for (int c = 0; c < 3; c++) _mm_storeu_si128((__m128i *)(rgb + x * 3 + c * 16), gather3(rs, gs, bs, join_masks[c]));
  }
  for (; x < width; x++) {
    rgb[x * 3] = r[x];
    rgb[x * 3 + 1] = g[x];
    rgb[x * 3 + 2] = b[x];
  }
}

AVX2 static inline __attribute__((always_inline)) void shrink_row(
    const uint8_t *source, size_t groups, const int loads, const int32_t *starts, const uint8_t *masks,
    const int16_t *weights, int16_t *out) {
  for (size_t i = 0; i < groups; i++) {
    __m128i pairs = _mm_setzero_si128();
    for (int k = 0; k < loads; k++) {
      __m128i window = _mm_loadu_si128((const __m128i *)(source + starts[i * loads + k]));
      __m128i mask = _mm_loadu_si128((const __m128i *)(masks + (i * loads + k) * 16));
      pairs = _mm_or_si128(pairs, _mm_shuffle_epi8(window, mask));
    }
    __m256i weight = _mm256_loadu_si256((const __m256i *)(weights + i * 16));
    __m256i sums = _mm256_srai_epi32(_mm256_madd_epi16(_mm256_cvtepu8_epi16(pairs), weight), 4);
    __m128i packed = _mm_packs_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256(sums, 1));
    _mm_storeu_si128((__m128i *)(out + i * 8), packed);
  }
}

AVX2 void pixel_rows_shrink(
    const uint8_t *source, size_t groups, int loads, const int32_t *starts, const uint8_t *masks, const int16_t *weights,
    int16_t *out) {
  if (loads == 1) shrink_row(source, groups, 1, starts, masks, weights, out);
  else if (loads == 2) shrink_row(source, groups, 2, starts, masks, weights, out);
  else if (loads == 4) shrink_row(source, groups, 4, starts, masks, weights, out);
  else shrink_row(source, groups, 8, starts, masks, weights, out);
}

AVX2 void pixel_rows_blend(
    const int16_t *upper, const int16_t *lower, int16_t upper_weight, int16_t lower_weight, size_t width, uint8_t *out) {
  const __m256i above = _mm256_set1_epi16(upper_weight), below = _mm256_set1_epi16(lower_weight);
  const __m256i half = _mm256_set1_epi16(2);
  for (size_t x = 0; x < width; x += 16) {
    __m256i a = _mm256_mulhi_epi16(_mm256_loadu_si256((const __m256i *)(upper + x)), above);
    __m256i b = _mm256_mulhi_epi16(_mm256_loadu_si256((const __m256i *)(lower + x)), below);
    __m256i sum = _mm256_srai_epi16(_mm256_add_epi16(_mm256_add_epi16(a, b), half), 2);
    __m256i packed = _mm256_permute4x64_epi64(_mm256_packus_epi16(sum, sum), 0x08);
    _mm_storeu_si128((__m128i *)(out + x), _mm256_castsi256_si128(packed));
  }
}

AVX2 void pixel_rows_widen(const uint8_t *bytes, size_t count, float *out) {
  size_t x = 0;
  for (; x + 8 <= count; x += 8) {
    __m256i words = _mm256_cvtepu8_epi32(_mm_loadl_epi64((const __m128i *)(bytes + x)));
    _mm256_storeu_ps(out + x, _mm256_cvtepi32_ps(words));
  }
  for (; x < count; x++) out[x] = (float)bytes[x];
}

#else
// Other processors use the Swift twins.
bool pixel_rows_available(void) { return false; }
void pixel_rows_yuv(
    const uint8_t *y, const uint8_t *u, const uint8_t *v, int chroma, size_t width, const pixel_rows_colour *colour,
    uint8_t *r, uint8_t *g, uint8_t *b) {}
void pixel_rows_spread(
    const uint8_t *near, const uint8_t *far, size_t count, bool doubles, int even, int odd, uint8_t *out) {}
void pixel_rows_jpeg(
    const uint8_t *y, const uint8_t *u, const uint8_t *v, size_t width, const pixel_rows_factors *factors, uint8_t *r,
    uint8_t *g, uint8_t *b) {}
void pixel_rows_split(const uint8_t *rgb, size_t width, uint8_t *r, uint8_t *g, uint8_t *b) {}
void pixel_rows_interleave(const uint8_t *r, const uint8_t *g, const uint8_t *b, size_t width, uint8_t *rgb) {}
void pixel_rows_shrink(
    const uint8_t *source, size_t groups, int loads, const int32_t *starts, const uint8_t *masks, const int16_t *weights,
    int16_t *out) {}
void pixel_rows_blend(
    const int16_t *upper, const int16_t *lower, int16_t upper_weight, int16_t lower_weight, size_t width, uint8_t *out) {}
void pixel_rows_widen(const uint8_t *bytes, size_t count, float *out) {}
#endif
