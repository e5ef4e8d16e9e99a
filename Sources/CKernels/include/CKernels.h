// What this package computes itself because it is far faster than the library: with AVX2 and FMA. Swift cannot raise the
// instruction set of one function and has no fused multiply-add on vectors that stays in registers, which is why this is C.
#pragma once
#include "direct.h"
#include "map.h"
#include "normalisation.h"
#include "winograd.h"
