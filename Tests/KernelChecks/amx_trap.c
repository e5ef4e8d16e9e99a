#define _GNU_SOURCE
#include "amx_trap.h"

#if defined(__x86_64__)
#define AMX_TWIN
#include "../../Sources/Kernels/x86/amx.h"

#include <signal.h>
#include <ucontext.h>

// A general register by its number in an instruction.
static uint64_t register_of(const ucontext_t *context, int number) {
  static const int places[16] = {REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
                                 REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  return (uint64_t)context->uc_mcontext.gregs[places[number]];
}

// The memory operand of an instruction whose ModRM byte is at `at`: its address, what the index adds for each row, and the
// first byte behind.
typedef struct {
  uint64_t address;
  ptrdiff_t stride;
  const uint8_t *end;
} memory_operand;
static memory_operand operand_of(const ucontext_t *context, const uint8_t *at, int base_high, int index_high) {
  const int mode = at[0] >> 6, rm = at[0] & 7;
  memory_operand m = {.end = at + 1};
  int base = rm | base_high;
  if (rm == 4) {
    const int sib = *m.end++, index = (sib >> 3 & 7) | index_high;
    base = (sib & 7) | base_high;
    if (index != 4) m.stride = (ptrdiff_t)(register_of(context, index) << (sib >> 6));
  }
  int32_t displacement = 0;
  const bool is_absolute = mode == 0 && (base & 7) == 5;
  if (mode == 1) displacement = (int8_t)*m.end++;
  if (mode == 2 || is_absolute) {
    memcpy(&displacement, m.end, 4);
    m.end += 4;
  }
  // Without a base there is a 32-bit address (by SIB), or one relative to the next instruction.
  const uint64_t start = !is_absolute ? register_of(context, base) : rm == 4 ? 0 : (uint64_t)m.end;
  m.address = start + (uint64_t)(int64_t)displacement;
  return m;
}

// Carries out the instruction at `at` and returns what follows; NULL if it is none of AMX.
static const uint8_t *carry_out(const ucontext_t *context, const uint8_t *at) {
  if (at[0] != 0xc4 || (at[1] & 0x1f) != 2 || at[2] & 0x84) return NULL;
  const int prefix = at[2] & 3, other = ~(at[2] >> 3) & 15, opcode = at[3], modrm = at[4];
  const int reg = modrm >> 3 & 7, rm = modrm & 7;
  const bool is_memory = modrm < 0xc0;
  const memory_operand m =
      is_memory ? operand_of(context, at + 4, at[1] & 0x20 ? 0 : 8, at[1] & 0x40 ? 0 : 8) : (memory_operand){0};
  void *memory = (void *)m.address;
  if (opcode == 0x49 && prefix == 0 && is_memory) tile_twin_configure(memory);
  else if (opcode == 0x49 && prefix == 0 && modrm == 0xc0) tile_twin_release();
  else if (opcode == 0x49 && prefix == 3 && !is_memory) tile_twin_zero(reg);
  else if (opcode == 0x4b && prefix == 3 && is_memory) tile_twin_load(reg, memory, m.stride);
  else if (opcode == 0x4b && prefix == 2 && is_memory) tile_twin_store(reg, memory, m.stride);
  else if (opcode == 0x5e && prefix == 1 && !is_memory) tile_twin_dot_u8(reg, rm, other);
  else if (opcode == 0x5c && prefix == 2 && !is_memory) tile_twin_dot_bf16(reg, rm, other);
  else return NULL;
  return is_memory ? m.end : at + 5;
}

static void on_illegal(int signal_number, siginfo_t *info, void *argument) {
  (void)info;
  ucontext_t *context = argument;
  const uint8_t *next = carry_out(context, (const uint8_t *)context->uc_mcontext.gregs[REG_RIP]);
  if (next) context->uc_mcontext.gregs[REG_RIP] = (greg_t)next;
  else signal(signal_number, SIG_DFL);
}

void amx_trap_install(void) {
  struct sigaction action = {.sa_sigaction = on_illegal, .sa_flags = SA_SIGINFO | SA_NODEFER};
  sigaction(SIGILL, &action, NULL);
}
#else
void amx_trap_install(void) {}
#endif
