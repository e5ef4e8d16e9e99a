// Means of `count` groups of eight values with the right, lower and lower right ones: what YOLOv9 puts in front of its steps
// down. `row` is in bytes. With AVX2.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Halves are rounded up.
void means_of_u8(const uint8_t *from, ptrdiff_t row, uint8_t *to, int count);
void means_of_bf16(const uint8_t *from, ptrdiff_t row, uint8_t *to, int count);
