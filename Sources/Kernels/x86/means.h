// Means of `count` groups of eight values with the right, lower and lower right ones: what YOLOv9 puts in front of its
// downsampling. `row` is in bytes. With AVX2.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "../include/map.h"

// Halves between two u8 are rounded up.
void means_avx2(map_element element, const uint8_t *from, ptrdiff_t row, uint8_t *to, int count);
