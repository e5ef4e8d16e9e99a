// Plain C twins of the tile instructions, after the pseudocode of Intel's manual (volume 2, TDPBUSD and TDPBF16PS):
// an array of 1 KB for each of a thread's eight tiles.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static _Thread_local struct {
  tile_configuration shape;
  bool is_configured;
  uint8_t tiles[8][16][64];
} twin;

// Configurations that the processor rejects.
static inline void tile_twin_expect(bool is_legal) {
  if (!is_legal) abort();
}

static inline void tile_twin_configure(const void *configuration) {
  memset(&twin, 0, sizeof twin);
  memcpy(&twin.shape, configuration, sizeof twin.shape);
  tile_twin_expect(twin.shape.palette == 1 && twin.shape.start_row == 0);
  for (int i = 0; i < 16; i++) {
    const int rows = twin.shape.rows[i], bytes = twin.shape.row_bytes[i];
    tile_twin_expect(i < 8 ? rows <= 16 && bytes <= 64 && !rows == !bytes : rows == 0 && bytes == 0);
  }
  twin.is_configured = true;
}

static inline void tile_twin_release(void) { memset(&twin, 0, sizeof twin); }

static inline void tile_twin_zero(int tile) {
  tile_twin_expect(twin.is_configured && twin.shape.rows[tile]);
  memset(twin.tiles[tile], 0, sizeof twin.tiles[tile]);
}

static inline void tile_twin_load(int tile, const void *from, ptrdiff_t stride) {
  tile_twin_zero(tile);
  for (int row = 0; row < twin.shape.rows[tile]; row++)
    memcpy(twin.tiles[tile][row], (const uint8_t *)from + row * stride, twin.shape.row_bytes[tile]);
}

static inline void tile_twin_store(int tile, void *to, ptrdiff_t stride) {
  tile_twin_expect(twin.is_configured && twin.shape.rows[tile]);
  for (int row = 0; row < twin.shape.rows[tile]; row++)
    memcpy((uint8_t *)to + row * stride, twin.tiles[tile][row], twin.shape.row_bytes[tile]);
}

// Checks the shapes of two factors and their sums.
static inline void tile_twin_expect_product(int sums, int a, int b) {
  const tile_configuration *shape = &twin.shape;
  tile_twin_expect(twin.is_configured && sums != a && sums != b && a != b);
  tile_twin_expect(shape->rows[sums] && shape->rows[a] == shape->rows[sums]);
  tile_twin_expect(shape->row_bytes[sums] && shape->row_bytes[b] == shape->row_bytes[sums]);
  tile_twin_expect(shape->rows[b] && shape->row_bytes[a] == shape->rows[b] * 4 && shape->row_bytes[b] % 4 == 0);
}

static inline void tile_twin_dot_u8(int sums, int a, int b) {
  tile_twin_expect_product(sums, a, b);
  for (int m = 0; m < twin.shape.rows[sums]; m++)
    for (int k = 0; k < twin.shape.rows[b]; k++)
      for (int n = 0; n < twin.shape.row_bytes[sums] / 4; n++) {
        const uint8_t *x = twin.tiles[a][m] + k * 4;
        const int8_t *w = (const int8_t *)twin.tiles[b][k] + n * 4;
        uint32_t sum;
        memcpy(&sum, twin.tiles[sums][m] + n * 4, 4);
        // Sums wrap around, as in the processor.
        sum += (uint32_t)(x[0] * w[0] + x[1] * w[1] + x[2] * w[2] + x[3] * w[3]);
        memcpy(twin.tiles[sums][m] + n * 4, &sum, 4);
      }
}

// Denormals are flushed to zero, before and after.
static inline float tile_twin_flush(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  if ((bits & 0x7f800000) == 0) bits &= 0x80000000;
  memcpy(&value, &bits, 4);
  return value;
}

static inline float tile_twin_bf16(const uint8_t *from) {
  uint32_t bits = (uint32_t)from[0] << 16 | (uint32_t)from[1] << 24;
  float value;
  memcpy(&value, &bits, 4);
  return tile_twin_flush(value);
}

// Products of bf16 are exact in float. Even and odd ones are summed separately, then added.
static inline void tile_twin_dot_bf16(int sums, int a, int b) {
  tile_twin_expect_product(sums, a, b);
  for (int m = 0; m < twin.shape.rows[sums]; m++)
    for (int n = 0; n < twin.shape.row_bytes[sums] / 4; n++) {
      float part[2] = {0, 0}, sum;
      for (int k = 0; k < twin.shape.rows[b]; k++)
        for (int i = 0; i < 2; i++)
          part[i] = tile_twin_flush(
              part[i] + tile_twin_bf16(twin.tiles[a][m] + k * 4 + i * 2)
                            * tile_twin_bf16(twin.tiles[b][k] + n * 4 + i * 2));
      memcpy(&sum, twin.tiles[sums][m] + n * 4, 4);
      sum = tile_twin_flush(tile_twin_flush(sum) + tile_twin_flush(part[0] + part[1]));
      memcpy(twin.tiles[sums][m] + n * 4, &sum, 4);
    }
}
