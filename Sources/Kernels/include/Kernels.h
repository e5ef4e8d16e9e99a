// Convolutions and related operations, in the fastest instructions of the processor. In C because Swift cannot enable
// an instruction set for single functions. Swift queries the table in `kernel.h` and knows no kernel by name.
#pragma once
#include "attention.h"
#include "convolution.h"
#include "kernel.h"
#include "map.h"
#include "moves.h"
#include "normalisation.h"
#include "processor.h"
