// The transforms of winograd.c.
#include "winograd_parts.h"

#if defined(__x86_64__)
// One dimension of the input transform.
AVX512 INLINE void spread(__m512i x[6]) {
  const __m512i c = _mm512_sub_epi16(x[4], x[2]), d = _mm512_sub_epi16(x[3], x[1]);
  const __m512i a = _mm512_sub_epi16(x[4], _mm512_slli_epi16(x[2], 2));
  const __m512i b = _mm512_sub_epi16(x[3], _mm512_slli_epi16(x[1], 2));
  const __m512i twice = _mm512_slli_epi16(d, 1);
  x[0] = _mm512_add_epi16(_mm512_slli_epi16(_mm512_sub_epi16(x[0], x[2]), 2), c);
  x[5] = _mm512_sub_epi16(_mm512_sub_epi16(x[5], x[3]), _mm512_slli_epi16(d, 2));
  x[1] = _mm512_add_epi16(a, b);
  x[2] = _mm512_sub_epi16(a, b);
  x[3] = _mm512_add_epi16(c, twice);
  x[4] = _mm512_sub_epi16(c, twice);
}

AVX512 void winograd_spread_bytes(const window windows[4], int zero, uint8_t *to, size_t stride) {
  // Pixels 0 and 1, 2 and 3, 4 and 5 of two pairs of tiles.
  const __m512i low = _mm512_set_epi64(11, 10, 3, 2, 9, 8, 1, 0), high = _mm512_set_epi64(0, 0, 0, 0, 13, 12, 5, 4);
  __m512i half[6][6], line[6];
  for (int y = 0; y < 6; y++) {
    __m512i tile[4];
    for (int t = 0; t < 4; t++) tile[t] = _mm512_maskz_loadu_epi64(0x3f, windows[t].at + y * windows[t].row);
    const __m512i even[2] = {_mm512_unpacklo_epi64(tile[0], tile[1]), _mm512_unpacklo_epi64(tile[2], tile[3])};
    const __m512i odd[2] = {_mm512_unpackhi_epi64(tile[0], tile[1]), _mm512_unpackhi_epi64(tile[2], tile[3])};
    const __m512i first[2] = {_mm512_permutex2var_epi64(even[0], low, even[1]),
                              _mm512_permutex2var_epi64(odd[0], low, odd[1])};
    const __m512i last[2] = {_mm512_permutex2var_epi64(even[0], high, even[1]),
                             _mm512_permutex2var_epi64(odd[0], high, odd[1])};
    for (int x = 0; x < 2; x++) {
      line[x] = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(first[x]));
      line[x + 2] = _mm512_cvtepu8_epi16(_mm512_extracti64x4_epi64(first[x], 1));
      line[x + 4] = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(last[x]));
    }
    spread(line);
    for (int x = 0; x < 6; x++) half[y][x] = line[x];
  }
  for (int x = 0; x < 6; x++) {
    for (int y = 0; y < 6; y++) line[y] = half[y][x];
    spread(line);
    // All rows of B but one sum to 0, so the zero point affects one position only.
    if (x == 1) line[1] = _mm512_sub_epi16(line[1], _mm512_set1_epi16((short)(36 * zero)));
    for (int y = 0; y < 6; y++) _mm512_store_si512(to + (y * 6 + x) * stride, line[y]);
  }
}

BF16 void winograd_spread_reals(window w, uint8_t *to, size_t stride) {
  const __m512 turn = _mm512_set_ps(-1, -1, -1, -1, -1, -1, -1, -1, 1, 1, 1, 1, 1, 1, 1, 1);
  __m512 x[6][3];  // two pixels in each
  for (int y = 0; y < 6; y++)
    for (int pair = 0; pair < 3; pair++)
      x[y][pair] = _mm512_castsi512_ps(_mm512_slli_epi32(
          _mm512_cvtepu16_epi32(_mm256_loadu_si256((const __m256i *)(w.at + y * w.row + pair * 32))), 16));
  __m512i found[4][2][2];  // row, outer or inner columns, upper or lower quarters
  for (int lower = 0; lower < 2; lower++) {
    __m512(*v)[3] = x + lower * 2;
    for (int row = 0; row < 4; row++) {
      __m512 line[3];
      for (int pair = 0; pair < 3; pair++)
        line[pair] = row == 0   ? _mm512_sub_ps(v[0][pair], v[2][pair])
                     : row == 1 ? _mm512_add_ps(v[1][pair], v[2][pair])
                     : row == 2 ? _mm512_sub_ps(v[2][pair], v[1][pair])
                                : _mm512_sub_ps(v[1][pair], v[3][pair]);
      __m512 outer[2], inner[2];
      for (int right = 0; right < 2; right++) {
        const __m512 second = _mm512_shuffle_f32x4(line[right], line[right], 0xee);
        const __m512 third = _mm512_shuffle_f32x4(line[right + 1], line[right + 1], 0x44);
        outer[right] = _mm512_sub_ps(line[right], line[right + 1]);
        inner[right] = _mm512_fmadd_ps(second, turn, third);
      }
      found[row][0][lower] = (__m512i)_mm512_cvtne2ps_pbh(outer[1], outer[0]);
      found[row][1][lower] = (__m512i)_mm512_cvtne2ps_pbh(inner[1], inner[0]);
    }
  }
  for (int row = 0; row < 4; row++)
    for (int inner = 0; inner < 2; inner++) {
      const __m512i *quarters = found[row][inner];
      const int first = inner ? 1 : 0, last = inner ? 2 : 3;
      _mm512_store_si512(to + (row * 4 + first) * stride, _mm512_shuffle_i32x4(quarters[0], quarters[1], 0x88));
      _mm512_store_si512(to + (row * 4 + last) * stride, _mm512_shuffle_i32x4(quarters[0], quarters[1], 0xdd));
    }
}

// One dimension of the output transform of u8: six sums become four outputs.
AVX512 INLINE void gather_six(const __m512 m[6], __m512 y[4]) {
  const __m512 s = _mm512_add_ps(m[1], m[2]), d = _mm512_sub_ps(m[1], m[2]);
  const __m512 p = _mm512_add_ps(m[3], m[4]), q = _mm512_sub_ps(m[3], m[4]);
  const __m512 one = _mm512_set1_ps(SHARE_1);
  const __m512 ss = _mm512_mul_ps(s, one), dd = _mm512_mul_ps(d, one);
  y[0] = _mm512_fmadd_ps(m[0], _mm512_set1_ps(SHARE_0), _mm512_fmadd_ps(p, _mm512_set1_ps(SHARE_3), ss));
  y[1] = _mm512_fmadd_ps(q, _mm512_set1_ps(2 * SHARE_3), dd);
  y[2] = _mm512_fmadd_ps(p, _mm512_set1_ps(4 * SHARE_3), ss);
  y[3] = _mm512_fmadd_ps(q, _mm512_set1_ps(8 * SHARE_3), _mm512_add_ps(dd, m[5]));
}

// The columns of a u8 tile's sums, transformed.
AVX512 INLINE void gather_columns(const uint8_t *sums, size_t stride, __m512 half[4][6]) {
  __m512 line[6], y[4];
  UNROLLED for (int column = 0; column < 6; column++) {
    UNROLLED for (int i = 0; i < 6; i++)
      line[i] = _mm512_cvtepi32_ps(_mm512_load_si512(sums + (i * 6 + column) * stride));
    gather_six(line, y);
    UNROLLED for (int i = 0; i < 4; i++) half[i][column] = y[i];
  }
}

AVX512 void winograd_gather_bytes(const uint8_t *sums, size_t stride, float to[TILE * TILE][16]) {
  __m512 half[4][6], y[4];
  gather_columns(sums, stride, half);
  UNROLLED for (int i = 0; i < 4; i++) {
    gather_six(half[i], y);
    UNROLLED for (int x = 0; x < 4; x++) _mm512_store_ps(to[i * TILE + x], y[x]);
  }
}

AVX512 INLINE void finish_rows(
    const convolution *c, const uint8_t *sums, size_t stride, int channel, const tile_bytes *add, const tile_bytes *out,
    const bool adds) {
  // Factor and bias of the channels are part of the second transform.
  const __m512 factor = _mm512_loadu_ps(c->factors + channel), bias = _mm512_loadu_ps(c->bias + channel);
  const __m512 first = _mm512_mul_ps(factor, _mm512_set1_ps(SHARE_0)), one = _mm512_mul_ps(factor, _mm512_set1_ps(SHARE_1));
  __m512 three[4];
  UNROLLED for (int i = 0; i < 4; i++) three[i] = _mm512_mul_ps(factor, _mm512_set1_ps((1 << i) * SHARE_3));
  const curve_registers r = load_curve(&c->curve);
  const __m256i none = _mm256_setzero_si256();
  __m512 half[4][6], y[4];
  gather_columns(sums, stride, half);
  UNROLLED for (int row = 0; row < TILE; row++) {
    const __m512 *m = half[row];
    const __m512 p = _mm512_add_ps(m[3], m[4]), q = _mm512_sub_ps(m[3], m[4]);
    const __m512 ss = _mm512_fmadd_ps(_mm512_add_ps(m[1], m[2]), one, bias);
    const __m512 dd = _mm512_fmadd_ps(_mm512_sub_ps(m[1], m[2]), one, bias);
    y[0] = _mm512_fmadd_ps(m[0], first, _mm512_fmadd_ps(p, three[0], ss));
    y[1] = _mm512_fmadd_ps(q, three[1], dd);
    y[2] = _mm512_fmadd_ps(p, three[2], ss);
    y[3] = _mm512_fmadd_ps(q, three[3], _mm512_fmadd_ps(m[5], factor, dd));
    const __m256i low = adds ? _mm256_loadu_si256((const __m256i *)(add->low + row * add->row)) : none;
    const __m256i high = adds ? _mm256_loadu_si256((const __m256i *)(add->high + row * add->row)) : none;
    const __m512i bytes = four_on_curve(y, &r, adds, low, high);
    _mm256_storeu_si256((__m256i *)(out->low + row * out->row), _mm512_castsi512_si256(bytes));
    _mm256_storeu_si256((__m256i *)(out->high + row * out->row), _mm512_extracti64x4_epi64(bytes, 1));
  }
}

AVX512 void winograd_finish_bytes(
    const convolution *c, const uint8_t *sums, size_t stride, int channel, const tile_bytes *add, const tile_bytes *out) {
  if (add) finish_rows(c, sums, stride, channel, add, out, true);
  else finish_rows(c, sums, stride, channel, NULL, out, false);
}

AVX512 void winograd_gather_reals(const uint8_t *sums, size_t stride, size_t quarter, float to[TILE * TILE][16]) {
  UNROLLED for (int q = 0; q < 4; q++) {
    const uint8_t *from = sums + q * quarter;
    __m512 half[2][4];
    UNROLLED for (int x = 0; x < 4; x++) {
      __m512 m[4];
      UNROLLED for (int i = 0; i < 4; i++) m[i] = _mm512_load_ps((const float *)(from + (i * 4 + x) * stride));
      half[0][x] = _mm512_add_ps(_mm512_add_ps(m[0], m[1]), m[2]);
      half[1][x] = _mm512_sub_ps(_mm512_sub_ps(m[1], m[2]), m[3]);
    }
    UNROLLED for (int i = 0; i < 2; i++) {
      float(*at)[16] = to + (q / 2 * 2 + i) * TILE + q % 2 * 2;
      const __m512 *m = half[i];
      _mm512_store_ps(at[0], _mm512_add_ps(_mm512_add_ps(m[0], m[1]), m[2]));
      _mm512_store_ps(at[1], _mm512_sub_ps(_mm512_sub_ps(m[1], m[2]), m[3]));
    }
  }
}
#endif
