// Convolutions and what surrounds them, by the fastest instructions that the processor has. Swift cannot raise the
// instruction set of one function, which is why this is C. Swift asks the table in `kernel.h`; nothing else knows kernels.
#pragma once
#include "convolution.h"
#include "kernel.h"
#include "map.h"
#include "moves.h"
#include "normalisation.h"
#include "processor.h"
