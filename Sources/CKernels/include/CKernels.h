// What this package computes itself because it is far faster than the library: in f32 with AVX2 and FMA, in eight and sixteen
// bits with AVX-512. Swift cannot raise the instruction set of one function and has no fused multiply-add on vectors that
// stays in registers, which is why this is C.
#pragma once
#include "direct.h"
#include "dot.h"
#include "map.h"
#include "moves.h"
#include "normalisation.h"
#include "winograd.h"
