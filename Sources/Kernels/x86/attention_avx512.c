// Attention with AVX-512.
#include "attributes.h"
#if defined(__x86_64__)
#define TARGET AVX512
#define NAME(PART) avx512_##PART
#include "../attention_loops.h"
#endif
