// Conversion of map elements to and from float.
#pragma once
#include <math.h>
#include <stdint.h>
#include <string.h>

#include "../include/map.h"

static inline float load_value(const void *map, ptrdiff_t index, map_element element) {
  if (element == ELEMENT_U8) return ((const uint8_t *)map)[index];
  if (element == ELEMENT_F32) return ((const float *)map)[index];
  const uint32_t bits = (uint32_t)((const uint16_t *)map)[index] << 16;
  float value;
  memcpy(&value, &bits, 4);
  return value;
}

static inline void store_value(void *map, ptrdiff_t index, map_element element, float value) {
  if (element == ELEMENT_F32) {
    ((float *)map)[index] = value;
  } else if (element == ELEMENT_U8) {
    const float rounded = nearbyintf(value);
    ((uint8_t *)map)[index] = rounded > 255 ? 255 : rounded > 0 ? (uint8_t)rounded : 0;
  } else {
    // To nearest, halves to even.
    uint32_t bits;
    memcpy(&bits, &value, 4);
    ((uint16_t *)map)[index] = (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
  }
}
