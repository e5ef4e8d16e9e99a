// Means of `count` groups of eight values with their right, lower and lower right neighbours, as YOLOv9 computes them
// before downsampling. `row` is in bytes. With AVX2.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "../include/map.h"

// For u8, halves are rounded up.
void means_avx2(map_element element, const uint8_t *from, ptrdiff_t row, uint8_t *to, int count);
