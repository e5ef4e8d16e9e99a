// Operations on rows of pixels with AVX2. Each has a readable twin in Swift (Imaging/PixelRows.swift) with the same
// results. In C because Swift has no byte shuffle and cannot enable an instruction set for single functions.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Whether this processor supports the functions below. If not, they must not be called.
bool pixel_rows_available(void);

// Fixed-point YUV to RGB: 13-bit coefficients for samples scaled by 8, the offset of black scaled by 8.
typedef struct {
  int16_t luma, red_v, green_u, green_v, blue_u, black;
} pixel_rows_colour;

// `width` pixels of Y, U, V to planar R, G, B. `chroma`: 0 is one sample per pixel, 1 one sample for two pixels, 2
// like 1 but interleaved from `u`. Reads no byte past the row; the outputs have 16 bytes of padding.
void pixel_rows_yuv(
    const uint8_t *y, const uint8_t *u, const uint8_t *v, int chroma, size_t width, const pixel_rows_colour *colour,
    uint8_t *r, uint8_t *g, uint8_t *b);

// Interleaved R, G, B triples to planes. The outputs have 16 bytes of padding.
void pixel_rows_split(const uint8_t *rgb, size_t width, uint8_t *r, uint8_t *g, uint8_t *b);

// Planes to interleaved triples; writes exactly `width * 3` bytes.
void pixel_rows_interleave(const uint8_t *r, const uint8_t *g, const uint8_t *b, size_t width, uint8_t *rgb);

// Horizontal bilinear interpolation of one channel: for each group of eight outputs, `loads` windows of 16 bytes
// start at `starts`, are shuffled by the masks in `masks` and weighted by `weights`. Output is the sum divided by 16.
void pixel_rows_shrink(
    const uint8_t *source, size_t groups, int loads, const int32_t *starts, const uint8_t *masks, const int16_t *weights,
    int16_t *out);

// Vertical bilinear interpolation: `width` outputs of one channel from two rows of `pixel_rows_shrink`; 16 bytes of
// padding.
void pixel_rows_blend(
    const int16_t *upper, const int16_t *lower, int16_t upper_weight, int16_t lower_weight, size_t width, uint8_t *out);

// Chroma upsampling (`count` samples) with a triangle filter: three quarters of row `near` and one quarter of `far`.
// With `doubles` also between columns, two outputs per sample; `even` and `odd` are added before a sum of 16 parts is
// truncated; without it `even` before one of 4. Reads no byte past the rows.
void pixel_rows_spread(
    const uint8_t *near, const uint8_t *far, size_t count, bool doubles, int even, int odd, uint8_t *out);

// A factor: an integer and a fraction in 1/65536.
typedef struct {
  int16_t whole, fraction;
} pixel_rows_factor;

// Contributions of U and V to R, G and B.
typedef struct {
  pixel_rows_factor red_v, green_u, green_v, blue_u;
} pixel_rows_factors;

// `width` pixels of full-range Y, U, V, one sample per pixel each, to planar R, G, B, rounded to nearest. Reads no
// byte past the rows; the outputs have 16 bytes of padding.
void pixel_rows_jpeg(
    const uint8_t *y, const uint8_t *u, const uint8_t *v, size_t width, const pixel_rows_factors *factors, uint8_t *r,
    uint8_t *g, uint8_t *b);

// Bytes to floats of the same value; writes exactly `count` floats.
void pixel_rows_widen(const uint8_t *bytes, size_t count, float *out);
