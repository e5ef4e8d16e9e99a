// Checks every kernel of the table, and the twins of those whose instructions are missing, against the reference.
//
// Reads shapes from standard input, one a line: inputs and outputs of one group, groups, kernel, stride, padding, height
// and width of the input, whether means are taken, whether it is an image. Prints what ran, and ends with 1 if an output is
// wrong.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "amx_trap.h"
#include "cases.h"

#if defined(__x86_64__)
extern const kernel twin_direct_u8_amx_int8, twin_direct_bf16_amx_bf16, twin_direct_u8_avx_vnni, twin_direct_u8_avx512_vnni,
    twin_direct_bf16_avx512_bf16, twin_direct_f32_avx512, twin_winograd_u8_avx512_vnni, twin_winograd_bf16_avx512_bf16,
    twin_winograd_f32_avx512;
static const kernel *const twins[] = {
    &twin_direct_u8_amx_int8, &twin_direct_bf16_amx_bf16, &twin_direct_u8_avx_vnni, &twin_direct_u8_avx512_vnni,
    &twin_direct_bf16_avx512_bf16, &twin_direct_f32_avx512, &twin_winograd_u8_avx512_vnni, &twin_winograd_bf16_avx512_bf16,
    &twin_winograd_f32_avx512};
enum { TWINS = sizeof twins / sizeof *twins };
#endif

typedef struct {
  const kernel *kernel;
  map_element reads;
  const char *runs_on;  // NULL: it is left out
  bool is_twin;
  int cases, failures;
  float worst;
} subject;

enum { SUBJECTS_MAX = 64, SEEDS = 3 };
static subject subjects[SUBJECTS_MAX];
static int subject_count;

static const kernel *reference(void) { return kernel_at(kernel_count() - 1); }

static void add_subject(const kernel *kernel, const char *runs_on) {
  subjects[subject_count++] = (subject){.kernel = kernel, .runs_on = runs_on};
}

// Every kernel of the table whose instructions are here, the others by what stands in for them.
static void add_subjects(const char *instructions) {
  const instruction_set detected = this_processor()->detected;
  for (int i = 0; i + 1 < kernel_count(); i++) {
    const instruction_set missing = kernel_at(i)->needs & ~detected;
    const bool lacks_only_tiles = (missing & ~(INSTRUCTIONS_AMX_INT8 | INSTRUCTIONS_AMX_BF16)) == 0;
    if (missing && lacks_only_tiles) amx_trap_install();
    add_subject(
        kernel_at(i), !missing           ? instructions
                      : lacks_only_tiles ? "tile instructions trapped and carried out by their twins, not timed"
                                         : NULL);
  }
#if defined(__x86_64__)
  for (int i = 0; i < TWINS; i++) {
    add_subject(twins[i], "twin, not timed");
    subjects[subject_count - 1].is_twin = true;
  }
#endif
}

// How far an output may be from the reference.
static float tolerance(const kernel *kernel, const check_case *k, float expected) {
  const convolution *c = &k->convolution;
  // Minimal filtering rounds once more: transformed weights of u8 maps, and transformed inputs and weights of bf16 ones.
  // These inputs are evenly spread, which is far worse for it than those of a network.
  const bool is_rounded_twice = c->reads != ELEMENT_F32 && strncmp(kernel->name, "winograd", 8) == 0;
  if (c->writes == ELEMENT_U8) return is_rounded_twice ? 12 : 1;
  const float rounding = c->writes == ELEMENT_BF16 ? 0x1p-7f : 0;
  const float sums = c->reads == ELEMENT_F32 ? 2e-4f : is_rounded_twice ? 0.25f : 2e-3f;
  return fabsf(expected) * (rounding + sums) + sums;
}

// Compares what was asked for, and that the rest was left alone where a kernel promises that.
static void compare(subject *s, const check_case *k, const void *expected, const void *actual, const char *shape) {
  const convolution *c = &k->convolution;
  int wrong = 0;
  for (int channel = 0; channel < c->outputs * c->groups; channel++)
    for (int y = 0; y < c->height; y++)
      for (int x = 0; x < c->width; x++) {
        if (!check_is_selected(k, y, x)) continue;
        const ptrdiff_t at = check_place(k, channel, y, x);
        const float want = check_value(expected, at, c->writes), got = check_value(actual, at, c->writes);
        const float miss = fabsf(want - got) / tolerance(s->kernel, k, want);
        if (miss > s->worst) s->worst = miss;
        if (!(miss <= 1) && wrong++ == 0)
          printf(
              "%s: %s: channel %d at (%d, %d) is %g, expected %g (writes %d, activation %d, addend %d, layouts %d %d)\n",
              s->kernel->name, shape, channel, x, y, got, want, c->writes, c->activation, c->has_addend, k->in_layout,
              k->out_layout);
      }
  s->cases++;
  s->failures += wrong > 0;
}

// Values in a wider channels-last map that belong to other channels must be left alone.
static void expect_untouched(subject *s, const check_case *k, const void *actual, const char *shape) {
  const convolution *c = &k->convolution;
  const ptrdiff_t size = element_size(c->writes), pixel = c->out.pixel, channels = c->outputs * c->groups;
  if (k->out_layout != CHANNELS_OF_MORE) return;
  for (ptrdiff_t p = 0; p + 1 < (ptrdiff_t)c->height * c->width; p++)
    for (ptrdiff_t i = channels * size; i < pixel * size; i++)
      if (((const uint8_t *)actual)[p * pixel * size + i] != 0x33) {
        printf("%s: %s: wrote to channels that are not its own\n", s->kernel->name, shape);
        s->failures++;
        return;
      }
}

#if defined(__x86_64__)
// Integer sums are exact, so AMX and VNNI give the same bytes.
static int compare_exactly(const check_case *k, const void *amx, const char *shape) {
  void *out = check_run(&twin_direct_u8_avx512_vnni, k, 1);
  if (!out) return 0;
  const convolution *c = &k->convolution;
  const int size = element_size(c->writes);
  bool is_equal = true;
  for (int channel = 0; channel < c->outputs * c->groups; channel++)
    for (int y = 0; y < c->height; y++)
      for (int x = 0; x < c->width; x++) {
        const ptrdiff_t at = check_place(k, channel, y, x) * size;
        if (check_is_selected(k, y, x)) is_equal &= !memcmp((uint8_t *)out + at, (const uint8_t *)amx + at, size);
      }
  free(out);
  if (!is_equal) printf("%s: AMX and VNNI differ\n", shape);
  return is_equal ? 1 : -1;
}
static int equal, different;
#endif

static void check(convolution shape, const char *line) {
  for (int reads = 0; reads < 3; reads++)
    for (uint64_t seed = 0; seed < SEEDS; seed++) {
      check_case k = check_make(shape, (map_element)reads, seed * 3 + shape.inputs * 31 + shape.outputs);
      void *expected = check_run(reference(), &k, 1);
      for (int i = 0; expected && i < subject_count; i++) {
        subject *s = subjects + i;
        // Twins are slow; each shape has another seed, so that all options are met anyway.
        if (!s->runs_on || (s->is_twin && seed > 0)) continue;
        void *actual = check_run(s->kernel, &k, 1 + (int)seed % 3);
        if (!actual) continue;
        compare(s, &k, expected, actual, line);
        expect_untouched(s, &k, actual, line);
#if defined(__x86_64__)
        if (s->kernel == &twin_direct_u8_amx_int8) {
          const int result = compare_exactly(&k, actual, line);
          equal += result > 0;
          different += result < 0;
        }
#endif
        free(actual);
      }
      free(expected);
      check_free(&k);
    }
}

int main(int count, char **arguments) {
  add_subjects(count > 1 ? arguments[1] : "real instructions");
  char line[200];
  int shapes = 0, failures = check_moves();
  while (fgets(line, sizeof line, stdin)) {
    convolution c = {0};
    int takes_means = 0, is_image = 0;
    line[strcspn(line, "\n")] = 0;
    if (sscanf(line, "%d %d %d %d %d %d %d %d %d %d", &c.inputs, &c.outputs, &c.groups, &c.kernel, &c.stride, &c.padding,
               &c.in_height, &c.in_width, &takes_means, &is_image) != 10) {
      fprintf(stderr, "check: '%s' is no shape: expected ten numbers\n", line);
      return 64;
    }
    c.takes_means = takes_means;
    c.is_image = is_image;
    check(c, line);
    shapes++;
  }
  for (int i = 0; i < subject_count; i++) {
    const subject *s = subjects + i;
    if (!s->runs_on) printf("%s: not run, this processor has no such instructions\n", s->kernel->name);
    else
      printf("%s: %d cases, %d wrong, at most %.2f of the tolerance, %s\n", s->kernel->name, s->cases, s->failures,
             s->worst, s->runs_on);
    failures += s->failures;
  }
#if defined(__x86_64__)
  failures += different;
  printf("AMX int8 beside VNNI, both on their twins: %d cases equal bit by bit, %d not\n", equal, different);
#endif
  printf("%d shapes, %d wrong cases\n", shapes, failures);
  return failures > 0 || shapes == 0;
}
