// Attention with AVX2.
#include "attributes.h"
#if defined(__x86_64__)
#define TARGET AVX2
#define NAME(PART) avx2_##PART
#include "../attention_loops.h"
#endif
