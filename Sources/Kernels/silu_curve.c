#include "silu_curve.h"

#include <math.h>
#include <string.h>

static double silu_of(double x) { return x / (1 + exp(-x)); }

static void make_curve(convolution *c) {
  silu_curve curve;
  // Above the largest value everything saturates; below -8 SiLU is 0 within one unit.
  const double step = 1 / c->out_factor, largest = (255 - c->out_offset) * step;
  const double range = largest > 8 ? largest : 8, unit = range / 32768;
  int shift = 0;
  while (shift < 6 && unit / step * 1.1 * (2 << shift) < 0.99) shift++;
  // Otherwise slopes and offsets would overflow or lose too much precision.
  if (shift < 3) return;
  const double scale = (double)(1 << shift) / step;
  double worst = fabs(silu_of(-range));
  for (int i = 0; i < 64; i++) {
    // Sums are two's complement, and so is the index in their upper six bits.
    const double first = (i < 32 ? i : i - 64) * range / 32, last = first + range / 32;
    const double slope = (silu_of(last) - silu_of(first)) / (last - first), middle = (first + last) / 2;
    // The line is shifted by half of its error in the middle.
    const double miss = (silu_of(middle) - (silu_of(first) + silu_of(last)) / 2) / 2;
    if (fabs(miss) > worst) worst = fabs(miss);
    const double offset = (silu_of(first) - slope * first + miss) * scale + c->out_offset * (1 << shift);
    // The shift rounds down, so half a unit is added.
    const double rounded = floor(offset + (1 << (shift - 1)) + 0.5);
    if (fabs(rounded) > 32767) return;
    curve.offsets[i] = (int16_t)rounded;
    curve.slopes[i] = (int16_t)floor(slope * unit * scale * 32768 + 0.5);
  }
  curve.range = (float)range;
  curve.shift = shift;
  if (worst <= step / 4) c->curve = curve;
}

void use_silu_curve(convolution *c, float *factors, float *bias) {
  c->curve.shift = 0;
  if (c->writes != ELEMENT_U8 || c->activation != ACTIVATION_SILU) return;
  make_curve(c);
  if (c->curve.shift == 0) return;
  const float units = 32768 / c->curve.range;
  for (int i = 0; i < c->groups * c->outputs; i++) {
    factors[i] *= units;
    bias[i] *= units;
  }
}

void subtract_zero_point(const convolution *c, const filters *f, const float *factors, float *bias) {
  for (int group = 0; group < c->groups; group++)
    for (int o = 0; o < c->outputs; o++) {
      // Integer sums are exact in double precision.
      double sum = 0;
      for (int i = 0; i < c->inputs; i++)
        for (int tap = 0; tap < c->kernel * c->kernel; tap++) sum += filter_at(f, c, group, o, i, tap);
      const int channel = group * c->outputs + o;
      bias[channel] -= factors[channel] * (float)(c->zero_point * sum);
    }
}

uint16_t bf16_of(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  return (uint16_t)((bits + 0x7fff + (bits >> 16 & 1)) >> 16);
}
