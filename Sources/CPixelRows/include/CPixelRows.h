// Rows of pixels with AVX2. Each function has a readable twin in Swift (Imaging/PixelRows.swift) that gives the same
// bytes; Swift has no byte shuffle and cannot raise the instruction set of one function, which is why this is C.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether this processor runs the functions below. When false they must not be called.
bool pixel_rows_available(void);

// Fixed-point YUV to RGB: 13-bit coefficients for samples scaled by 8, the offset of black scaled by 8.
typedef struct {
  int16_t luma, red_v, green_u, green_v, blue_u, black;
} pixel_rows_colour;

// `width` pixels of Y, U, V to planar R, G, B. `chroma` says how U and V lie: 0 one sample a pixel, 1 one sample for two
// pixels, 2 as 1 but interleaved from `u`. Reads no byte past the row; the outputs have room for 16 bytes more.
void pixel_rows_yuv(
    const uint8_t *y, const uint8_t *u, const uint8_t *v, int chroma, size_t width, const pixel_rows_colour *colour,
    uint8_t *r, uint8_t *g, uint8_t *b);

// Interleaved R, G, B triples to planes. The outputs have room for 16 bytes more.
void pixel_rows_split(const uint8_t *rgb, size_t width, uint8_t *r, uint8_t *g, uint8_t *b);

// Planes to interleaved triples; writes exactly `width * 3` bytes.
void pixel_rows_interleave(const uint8_t *r, const uint8_t *g, const uint8_t *b, size_t width, uint8_t *rgb);

// Horizontal bilinear step of one channel: for each group of eight outputs, `loads` 16-byte windows begin at `starts`, each
// picked apart by its 16-byte mask in `masks` and weighted by the 16 numbers in `weights`. Output is the sum over 16.
void pixel_rows_shrink(
    const uint8_t *source, size_t groups, int loads, const int32_t *starts, const uint8_t *masks, const int16_t *weights,
    int16_t *out);

// Vertical bilinear step: `width` outputs of one channel from two rows of `pixel_rows_shrink`; room for 16 more.
void pixel_rows_blend(
    const int16_t *upper, const int16_t *lower, int16_t upper_weight, int16_t lower_weight, size_t width, uint8_t *out);

// Chroma between chroma samples (`count` of them), for a triangle filter: three parts of row `near` and one of `far`. With
// `doubles` also between columns, two outputs a sample, where `even` and `odd` are added before a sum of 16 parts is cut
// off; without it `even` before one of 4. Reads no byte past the rows.
void pixel_rows_spread(
    const uint8_t *near, const uint8_t *far, size_t count, bool doubles, int even, int odd, uint8_t *out);

// A factor: an integer and 2^16ths.
typedef struct {
  int16_t whole, fraction;
} pixel_rows_factor;

// What U and V add to R, G and B.
typedef struct {
  pixel_rows_factor red_v, green_u, green_v, blue_u;
} pixel_rows_factors;

// `width` pixels of full-range Y, U, V, one sample a pixel each, to planar R, G, B, rounded to the nearest. Reads no
// byte past the rows; the outputs have room for 16 bytes more.
void pixel_rows_jpeg(
    const uint8_t *y, const uint8_t *u, const uint8_t *v, size_t width, const pixel_rows_factors *factors, uint8_t *r,
    uint8_t *g, uint8_t *b);

// Bytes to floats of the same value; writes exactly `count` floats.
void pixel_rows_widen(const uint8_t *bytes, size_t count, float *out);
