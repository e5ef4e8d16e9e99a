// Runs the tile instructions of AMX on a processor that has none: each is trapped (SIGILL), decoded and carried out by the
// plain C twins. What the compiler has made of the kernels is so checked, too: its encodings, registers and addresses.
#pragma once

void amx_trap_install(void);
