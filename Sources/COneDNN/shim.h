#pragma once
#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>

// One interface to oneDNN 2.x and 3.x. In 2.x a memory descriptor is a large struct passed by value, and an operation
// is described by an intermediate "op descriptor"; in 3.x descriptors are handles and there is no op descriptor. Here
// a layout is always a handle, and each operation is one function that creates a primitive descriptor.

typedef struct yolostream_layout yolostream_layout;

// Kernel, stride and padding of a two-dimensional window, height first.
typedef struct {
  dnnl_dim_t kernel[2], stride[2], before[2], after[2];
} yolostream_window;

// What the scales of int8 values apply to: all values of a reorder, or the output channels of a convolution, whose
// weights may have a group axis.
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

// Debian's oneDNN uses OpenMP; the number of threads is a setting of the calling thread. With another runtime the
// symbol is missing and the call does nothing.
static inline void yolostream_set_team(int threads) {
  void (*set)(int) = (void (*)(int))dlsym(RTLD_DEFAULT, "omp_set_num_threads");
  if (set) set(threads);
}
