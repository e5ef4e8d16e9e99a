// Detects what the processor and the operating system support.
#include "include/processor.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__)
#include <cpuid.h>
#include <sys/syscall.h>
#include <unistd.h>
#elif defined(__aarch64__)
#include <sys/auxv.h>
#endif

// Levels in ascending order. Each includes those before it, although a processor may lack some of them.
static const struct {
  const char *name;
  instruction_set adds;
} levels[] = {
    {"reference", INSTRUCTIONS_REFERENCE},
    {"avx2", INSTRUCTIONS_AVX2},
    {"avx_vnni", INSTRUCTIONS_AVX_VNNI | INSTRUCTIONS_AVX_VNNI_EVEX},
    {"avx512", INSTRUCTIONS_AVX512},
    {"avx512_vnni", INSTRUCTIONS_AVX512_VNNI},
    {"avx512_bf16", INSTRUCTIONS_AVX512_BF16},
    {"amx_int8", INSTRUCTIONS_AMX_INT8},
    {"amx_bf16", INSTRUCTIONS_AMX_BF16},
    {"neon", INSTRUCTIONS_NEON},
    {"neon_fp16", INSTRUCTIONS_NEON_FP16},
    {"neon_dot", INSTRUCTIONS_NEON_DOT},
    {"neon_i8mm", INSTRUCTIONS_NEON_I8MM},
};
enum { LEVELS = sizeof levels / sizeof *levels };

const char *instruction_level_name(int index) { return index < LEVELS ? levels[index].name : NULL; }

bool instructions_within(const char *cap, instruction_set *set) {
  instruction_set allowed = 0;
  for (int i = 0; i < LEVELS; i++) {
    allowed |= levels[i].adds;
    if (strcmp(levels[i].name, cap) == 0) {
      *set = i == 0 ? INSTRUCTIONS_REFERENCE : *set & allowed;
      return true;
    }
  }
  return false;
}

const char *instructions_name(instruction_set set) {
  for (int i = LEVELS - 1; i > 0; i--)
    if (set & levels[i].adds) return levels[i].name;
  return levels[0].name;
}

#if defined(__x86_64__)
// Bits of XCR0: register state that the operating system saves.
enum { STATE_AVX = 0x6, STATE_AVX512 = 0xe6, STATE_TILES = 0x60000 };

static uint64_t enabled_state(void) {
  uint32_t low, high;
  __asm__("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t)high << 32 | low;
}

// Linux enables AMX tiles (8 KB of state) for processes that request them.
static bool grants_tiles(void) {
  enum { ARCH_REQ_XCOMP_PERM = 0x1023, TILE_DATA = 18 };
  return syscall(SYS_arch_prctl, ARCH_REQ_XCOMP_PERM, TILE_DATA) == 0;
}

static instruction_set detect(void) {
  unsigned a, b, c, d, a7, b7, c7, d7, b71 = 0, a71 = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_OSXSAVE)) return 0;
  const uint64_t state = enabled_state();
  const bool has_fma = c & bit_FMA;
  if (!__get_cpuid_count(7, 0, &a7, &b7, &c7, &d7) || !has_fma || (state & STATE_AVX) != STATE_AVX) return 0;
  if (a7 >= 1) __get_cpuid_count(7, 1, &a71, &b71, &c, &d);
  if (!(b7 & 1u << 5)) return 0;
  instruction_set set = INSTRUCTIONS_AVX2;
  if (a71 & 1u << 4) set |= INSTRUCTIONS_AVX_VNNI;
  const unsigned avx512 = 1u << 16 | 1u << 17 | 1u << 30 | 1u << 31;  // F, DQ, BW, VL
  if ((state & STATE_AVX512) != STATE_AVX512 || (b7 & avx512) != avx512) return set;
  set |= INSTRUCTIONS_AVX512;
  if (c7 & 1u << 11) set |= INSTRUCTIONS_AVX512_VNNI | INSTRUCTIONS_AVX_VNNI_EVEX;
  if (a71 & 1u << 5) set |= INSTRUCTIONS_AVX512_BF16;
  const bool has_tiles = d7 & 1u << 24 && (state & STATE_TILES) == STATE_TILES && grants_tiles();
  if (has_tiles && d7 & 1u << 25) set |= INSTRUCTIONS_AMX_INT8;
  if (has_tiles && d7 & 1u << 22) set |= INSTRUCTIONS_AMX_BF16;
  return set;
}

static void find_name(char name[64]) {
  unsigned brand[12] = {0}, most, b, c, d;
  if (!__get_cpuid(0x80000000, &most, &b, &c, &d) || most < 0x80000004) return;
  for (unsigned i = 0; i < 3; i++)
    __get_cpuid(0x80000002 + i, brand + i * 4, brand + i * 4 + 1, brand + i * 4 + 2, brand + i * 4 + 3);
  snprintf(name, 64, "%.48s", (const char *)brand);
}
#elif defined(__aarch64__)
// Bits of the auxiliary vector, as Linux defines them.
static instruction_set detect(void) {
  const unsigned long first = getauxval(AT_HWCAP), second = getauxval(AT_HWCAP2);
  instruction_set set = first & 1ul << 1 ? 0 : INSTRUCTIONS_REFERENCE;
  if (first & 1ul << 1) set |= INSTRUCTIONS_NEON;
  if (first & 1ul << 10) set |= INSTRUCTIONS_NEON_FP16;
  if (first & 1ul << 20) set |= INSTRUCTIONS_NEON_DOT;
  if (second & 1ul << 13) set |= INSTRUCTIONS_NEON_I8MM;
  return set;
}

static void find_name(char name[64]) {
  uint64_t identification;
  __asm__("mrs %0, midr_el1" : "=r"(identification));
  snprintf(name, 64, "aarch64 %08llx", (unsigned long long)identification);
}
#else
static instruction_set detect(void) { return INSTRUCTIONS_REFERENCE; }
static void find_name(char name[64]) {}
#endif

static processor found;

static void probe(void) {
  snprintf(found.name, sizeof found.name, "unknown processor");
  find_name(found.name);
  // Processor names may end in spaces.
  for (size_t end = strlen(found.name); end > 0 && found.name[end - 1] == ' '; end--) found.name[end - 1] = 0;
  found.detected = found.usable = detect();
  found.cap = getenv("YOLOSTREAM_MAX_ISA");
  // An empty value counts as unset.
  if (found.cap && !*found.cap) found.cap = NULL;
  found.is_cap_known = !found.cap || instructions_within(found.cap, &found.usable);
}

const processor *this_processor(void) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, probe);
  return &found;
}
