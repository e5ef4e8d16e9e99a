// The AMX kernels once more, with plain C in the place of the tile instructions, and of those that prepare inputs and finish
// outputs (avx512_twin.h).
#if defined(__x86_64__)
#define AMX_TWIN
#define direct_u8_amx_int8_twin twin_direct_u8_amx_int8
#define direct_bf16_amx_bf16_twin twin_direct_bf16_amx_bf16
#define amx_rectangle_of twin_rectangle_of
#define amx_band_rows twin_band_rows
#define amx_staged_size twin_staged_size
#define amx_stage twin_stage
#include "../../Sources/Kernels/x86/amx.c"
#include "../../Sources/Kernels/x86/amx_stage.c"
#endif
