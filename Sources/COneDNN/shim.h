#pragma once
#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>

// One face for oneDNN 2.x and 3.x. In 2.x a memory descriptor is a large struct passed by value and an operation is
// described by an intermediate "op descriptor"; in 3.x descriptors are handles and the op descriptor is gone. A layout
// here is always a handle, and each operation is one function that makes a primitive descriptor.

typedef struct yolostream_layout yolostream_layout;

// Kernel, step and padding of a two-dimensional window, height first.
typedef struct {
  dnnl_dim_t kernel[2], stride[2], before[2], after[2];
} yolostream_window;

// What the factors of int8 values belong to: all values of a reorder, or the output channels of a convolution, whose
// weights may have an axis of groups.
typedef enum {
  yolostream_scales_values,
  yolostream_scales_channels,
  yolostream_scales_grouped_channels
} yolostream_scaling;

#if DNNL_VERSION_MAJOR >= 3
#include "version3.h"
#else
#include "version2.h"
#endif

static inline void yolostream_layout_free(yolostream_layout *layout) {
  if (!layout) return;
  yolostream_md_release(layout);
  free(layout);
}

// The library is built on OpenMP on Debian; the size of a team belongs to the thread that asks for it. Where another
// runtime is underneath, the symbol is absent and the call does nothing.
static inline void yolostream_set_team(int threads) {
  void (*set)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (set) set(threads);
}
