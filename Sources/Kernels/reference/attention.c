// Attention in plain C.
#define TARGET
#define NAME(PART) reference_##PART
#include "../attention_loops.h"
