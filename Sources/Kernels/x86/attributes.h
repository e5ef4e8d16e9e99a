// Attributes of functions and loops.
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

// Instruction sets that a function may use.
#define AVX2 __attribute__((target("avx2,fma")))
#define AVX_VNNI __attribute__((target("avx2,fma,avxvnni")))
#define AVX_VNNI_EVEX __attribute__((target("avx2,fma,avx512f,avx512vl,avx512vnni")))
#define AVX512 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl")))
#define VNNI __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512vnni")))
#define BF16 __attribute__((target("avx512f,avx512bw,avx512dq,avx512vl,avx512bf16")))
#define INLINE static inline __attribute__((always_inline))
// Unrolled loops whose sums must stay in registers.
#define UNROLLED _Pragma("clang loop unroll(full)")
#endif
