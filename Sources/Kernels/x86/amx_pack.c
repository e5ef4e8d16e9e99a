// Packs weights in the order in which AMX tiles are loaded.
#include <string.h>

#include "../silu_curve.h"
#include "amx_parts.h"

size_t amx_packed_size(const convolution *c) { return c->groups * amx_group_size(c); }

static void put(float value, map_element element, uint8_t *to) {
  if (element == ELEMENT_U8) {
    *(int8_t *)to = (int8_t)value;
  } else {
    const uint16_t bits = bf16_of(value);
    memcpy(to, &bits, 2);
  }
}

// Order: group, 16 output channels, row of the window, tile of that row, four bytes of depth, output channel (the
// VNNI order).
void amx_pack(convolution *c, const filters *f, void *packed, float *factors, float *bias) {
  const amx_depths d = amx_depths_of(c);
  const int size = element_size(c->reads), channels = amx_pixel_bytes(c) / size, in_four = 4 / size;
  uint8_t *to = packed;
  memset(packed, 0, amx_packed_size(c));
  for (int group = 0; group < c->groups; group++)
    for (int first = 0; first < amx_strips(c) * TILE_OUTPUTS; first += TILE_OUTPUTS)
      for (int row = 0; row < c->kernel; row++)
        for (int tile = 0; tile < d.count; tile++)
          for (int four = 0; four < d.depth; four += 4)
            for (int o = first; o < first + TILE_OUTPUTS; o++, to += 4)
              for (int i = 0; i < in_four; i++) {
                const int at = amx_begin(&d, tile) + four + i * size;
                const int column = at / size / channels, input = at / size % channels;
                // A last tile that was moved back starts with inputs of the tile before.
                if (o >= c->outputs || input >= c->inputs || at < tile * d.depth) continue;
                put(filter_at(f, c, group, o, input, row * c->kernel + column), c->reads, to + i * size);
              }
  if (c->reads == ELEMENT_U8) subtract_zero_point(c, f, factors, bias);
  use_silu_curve(c, factors, bias);
}
