// The table of kernels. The first that supports a convolution is used.
#include "include/kernel.h"

#define KERNELS(EACH_X86, EACH_ARM, EACH)  \
  EACH_X86(direct_u8_amx_int8)             \
  EACH_X86(direct_bf16_amx_bf16)           \
  EACH_X86(winograd_u8_avx512_vnni)        \
  EACH_X86(direct_u8_avx512_vnni)          \
  EACH_X86(winograd_bf16_avx512_bf16)      \
  EACH_X86(direct_bf16_avx512_bf16)        \
  EACH_X86(direct_u8_avx_vnni)             \
  EACH_X86(direct_u8_avx_vnni_evex)        \
  EACH_X86(winograd_f32_avx512)            \
  EACH_X86(direct_f32_avx512)              \
  EACH_X86(winograd_f32_avx2)              \
  EACH_X86(direct_f32_avx2)                \
  EACH_ARM(direct_u8_neon_i8mm)            \
  EACH_ARM(direct_u8_neon_dot)             \
  EACH_ARM(direct_f32_neon)                \
  EACH(reference_convolution)

#define DECLARED(NAME) extern const kernel NAME;
#define LISTED(NAME) &NAME,
#define LEFT_OUT(NAME)
#if defined(__x86_64__)
KERNELS(DECLARED, LEFT_OUT, DECLARED)
static const kernel *const table[] = {KERNELS(LISTED, LEFT_OUT, LISTED)};
#elif defined(__aarch64__)
KERNELS(LEFT_OUT, DECLARED, DECLARED)
static const kernel *const table[] = {KERNELS(LEFT_OUT, LISTED, LISTED)};
#else
KERNELS(LEFT_OUT, LEFT_OUT, DECLARED)
static const kernel *const table[] = {KERNELS(LEFT_OUT, LEFT_OUT, LISTED)};
#endif

int kernel_count(void) { return sizeof table / sizeof *table; }
const kernel *kernel_at(int index) { return table[index]; }

const kernel *kernel_choose(const convolution *c, instruction_set usable) {
  for (int i = 0; i < kernel_count(); i++)
    if ((table[i]->needs & ~usable) == 0 && table[i]->supports(c)) return table[i];
  return NULL;
}

bool kernels_read(map_element element, instruction_set usable) {
  // Every kernel supports a 3×3 convolution of some tens of channels.
  const map_layout layout = {8, 64, 512};
  const convolution probe = {
      .groups = 1, .inputs = 64, .outputs = 64, .kernel = 3, .stride = 1, .padding = 1, .reads = element,
      .writes = element, .in = layout, .out = layout, .add = layout};
  return kernel_choose(&probe, usable) != NULL;
}
