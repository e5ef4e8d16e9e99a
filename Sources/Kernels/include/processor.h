// The processor: its name, and the instructions that kernels can use.
#pragma once
#include <stdbool.h>
#include <stdint.h>

// A set of instruction set extensions.
typedef uint32_t instruction_set;
enum {
  INSTRUCTIONS_AVX2 = 1 << 0,           // and FMA
  INSTRUCTIONS_AVX_VNNI = 1 << 1,       // vpdpbusd and vpdpwssd on 256 bits
  INSTRUCTIONS_AVX_VNNI_EVEX = 1 << 2,  // the same two in the encoding of AVX-512VL
  INSTRUCTIONS_AVX512 = 1 << 3,         // F, BW, DQ and VL
  INSTRUCTIONS_AVX512_VNNI = 1 << 4,
  INSTRUCTIONS_AVX512_BF16 = 1 << 5,
  INSTRUCTIONS_AMX_INT8 = 1 << 6,  // the operating system has granted the tiles
  INSTRUCTIONS_AMX_BF16 = 1 << 7,
  INSTRUCTIONS_NEON = 1 << 16,
  INSTRUCTIONS_NEON_FP16 = 1 << 17,
  INSTRUCTIONS_NEON_DOT = 1 << 18,
  INSTRUCTIONS_NEON_I8MM = 1 << 19,
  // Plain C: set if the cap requires it, or if neither this package nor oneDNN has anything better.
  INSTRUCTIONS_REFERENCE = 1 << 30,
};

typedef struct {
  char name[64];             // as the processor calls itself
  instruction_set detected;  // what the processor and the operating system offer
  instruction_set usable;    // what of it YOLOSTREAM_MAX_ISA allows
  const char *cap;           // that variable; NULL if it is not set
  bool is_cap_known;         // false if `cap` names no level: nothing is taken away then
} processor;

// Detected once; callable on any thread.
const processor *this_processor(void);

// Reduces `set` to the level `cap`, one of instruction_level_name. Returns false if there is no such level.
bool instructions_within(const char *cap, instruction_set *set);

// Name of level `index`, from `reference` (no extensions) upwards; NULL after the last.
const char *instruction_level_name(int index);

// Name of the highest level in `set`, such as `avx512_bf16`.
const char *instructions_name(instruction_set set);
