// The tile instructions of AMX: eight registers of up to 16 rows of 64 bytes.
//
// With AMX_TWIN each instruction is plain C on an array of 1 KB (tests compile the kernels this way to run them on
// any processor). Where a processor would raise #UD the process ends.
#pragma once
#include <stdint.h>

// Operand of `ldtilecfg`.
typedef struct {
  uint8_t palette, start_row, reserved[14];
  uint16_t row_bytes[16];
  uint8_t rows[16];
} tile_configuration;

#if defined(__x86_64__)
#if defined(AMX_TWIN)
#include "amx_twin.h"
#define AMX
#define NAMED(kernel) kernel##_twin
#define TILE_CONFIGURE(configuration) tile_twin_configure(configuration)
#define TILE_RELEASE() tile_twin_release()
#define TILE_ZERO(tile) tile_twin_zero(tile)
#define TILE_LOAD(tile, from, stride) tile_twin_load(tile, from, stride)
#define TILE_STORE(tile, to, stride) tile_twin_store(tile, to, stride)
#define TILE_DOT_U8(sums, a, b) tile_twin_dot_u8(sums, a, b)
#define TILE_DOT_BF16(sums, a, b) tile_twin_dot_bf16(sums, a, b)
#else
#include <immintrin.h>
#define NAMED(kernel) kernel
#define AMX __attribute__((target("amx-tile,amx-int8,amx-bf16,avx512f,avx512bw,avx512dq,avx512vl")))
#define TILE_CONFIGURE(configuration) _tile_loadconfig(configuration)
#define TILE_RELEASE() _tile_release()
#define TILE_ZERO(tile) _tile_zero(tile)
#define TILE_LOAD(tile, from, stride) _tile_loadd(tile, from, stride)
#define TILE_STORE(tile, to, stride) _tile_stored(tile, to, stride)
// Unsigned times signed bytes, summed in 32 bits.
#define TILE_DOT_U8(sums, a, b) _tile_dpbusd(sums, a, b)
#define TILE_DOT_BF16(sums, a, b) _tile_dpbf16ps(sums, a, b)
#endif
#endif
