#pragma once
// The interface of shim.h for oneDNN 3.x.

struct yolostream_layout {
  dnnl_memory_desc_t md;
};

static inline void yolostream_md_release(yolostream_layout *layout) { dnnl_memory_desc_destroy(layout->md); }

static inline yolostream_layout *yolostream_layout_adopt(dnnl_memory_desc_t md) {
  yolostream_layout *layout = (yolostream_layout *)malloc(sizeof *layout);
  if (layout) layout->md = md;
  return layout;
}

static inline dnnl_status_t yolostream_layout_new(yolostream_layout **out, int rank, const dnnl_dim_t *dims,
                                                  dnnl_data_type_t type, dnnl_format_tag_t tag) {
  dnnl_memory_desc_t md;
  dnnl_status_t status = dnnl_memory_desc_create_with_tag(&md, rank, dims, type, tag);
  if (status == dnnl_success && !(*out = yolostream_layout_adopt(md))) status = dnnl_out_of_memory;
  return status;
}

static inline dnnl_status_t yolostream_layout_part(yolostream_layout **out, const yolostream_layout *whole,
                                                   const dnnl_dim_t *dims, const dnnl_dim_t *offsets) {
  dnnl_memory_desc_t md;
  dnnl_status_t status = dnnl_memory_desc_create_submemory(&md, whole->md, dims, offsets);
  if (status == dnnl_success && !(*out = yolostream_layout_adopt(md))) status = dnnl_out_of_memory;
  return status;
}

static inline size_t yolostream_layout_size(const yolostream_layout *layout) {
  return dnnl_memory_desc_get_size(layout->md);
}
static inline int yolostream_layout_equal(const yolostream_layout *a, const yolostream_layout *b) {
  return dnnl_memory_desc_equal(a->md, b->md);
}
static inline int yolostream_layout_rank(const yolostream_layout *layout) {
  int rank = 0;
  dnnl_memory_desc_query(layout->md, dnnl_query_ndims_s32, &rank);
  return rank;
}
static inline const dnnl_dim_t *yolostream_layout_dims(const yolostream_layout *layout) {
  const dnnl_dim_t *dims = NULL;
  dnnl_memory_desc_query(layout->md, dnnl_query_dims, &dims);
  return dims;
}
static inline dnnl_data_type_t yolostream_layout_type(const yolostream_layout *layout) {
  dnnl_data_type_t type = dnnl_data_type_undef;
  dnnl_memory_desc_query(layout->md, dnnl_query_data_type, &type);
  return type;
}

static inline dnnl_status_t yolostream_memory_new(dnnl_memory_t *out, const yolostream_layout *layout,
                                                  dnnl_engine_t engine, void *handle) {
  return dnnl_memory_create(out, layout->md, engine, handle);
}

static inline yolostream_layout *yolostream_pd_layout(const_dnnl_primitive_desc_t pd, dnnl_query_t what, int index) {
  const_dnnl_memory_desc_t md = dnnl_primitive_desc_query_md(pd, what, index);
  dnnl_memory_desc_t copy;
  if (!md || dnnl_memory_desc_clone(&copy, md) != dnnl_success) return NULL;
  return yolostream_layout_adopt(copy);
}

static inline dnnl_status_t yolostream_append_eltwise(dnnl_post_ops_t ops, dnnl_alg_kind_t kind, float alpha,
                                                      float beta) {
  return dnnl_post_ops_append_eltwise(ops, kind, alpha, beta);
}
static inline dnnl_status_t yolostream_append_add(dnnl_post_ops_t ops, const yolostream_layout *other) {
  return dnnl_post_ops_append_binary(ops, dnnl_binary_add, other->md);
}

// int8: 3.x takes scales and zero points as operands, and adds the bias after scaling.
static inline int yolostream_bias_is_scaled(void) { return 0; }
static inline int yolostream_scales_argument(int argument) { return DNNL_ARG_ATTR_SCALES | argument; }
static inline dnnl_status_t yolostream_attr_scales(dnnl_primitive_attr_t attr, yolostream_scaling scaling,
                                                   dnnl_dim_t count, const float *scales) {
  (void)count, (void)scales;
  if (scaling == yolostream_scales_values) return dnnl_primitive_attr_set_scales_mask(attr, DNNL_ARG_SRC, 0);
  return dnnl_primitive_attr_set_scales_mask(attr, DNNL_ARG_WEIGHTS,
                                             scaling == yolostream_scales_channels ? 1 << 0 : 1 << 0 | 1 << 1);
}
static inline dnnl_status_t yolostream_attr_zero(dnnl_primitive_attr_t attr, int argument, int32_t number) {
  (void)number;
  return dnnl_primitive_attr_set_zero_points_mask(attr, argument, 0);
}

static inline const_dnnl_memory_desc_t yolostream_md(const yolostream_layout *layout) {
  return layout ? layout->md : NULL;
}

// Dilation is the number of skipped cells: none.
static const dnnl_dim_t yolostream_dense[2] = {0, 0};

static inline dnnl_status_t yolostream_convolution(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                                   dnnl_prop_kind_t kind, const yolostream_layout *source,
                                                   const yolostream_layout *weights, const yolostream_layout *bias,
                                                   const yolostream_layout *destination,
                                                   const yolostream_window *window, const_dnnl_primitive_attr_t attr) {
  return dnnl_convolution_forward_primitive_desc_create(
      out, engine, kind, dnnl_convolution_direct, source->md, weights->md, yolostream_md(bias), destination->md,
      window->stride, yolostream_dense, window->before, window->after, attr);
}

static inline dnnl_status_t yolostream_convolution_backward_data(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const yolostream_layout *source,
    const yolostream_layout *weights, const yolostream_layout *destination, const yolostream_window *window,
    const_dnnl_primitive_desc_t forward, const_dnnl_primitive_attr_t attr) {
  return dnnl_convolution_backward_data_primitive_desc_create(
      out, engine, dnnl_convolution_direct, source->md, weights->md, destination->md, window->stride,
      yolostream_dense, window->before, window->after, forward, attr);
}

static inline dnnl_status_t yolostream_convolution_backward_weights(
    dnnl_primitive_desc_t *out, dnnl_engine_t engine, const yolostream_layout *source,
    const yolostream_layout *weights, const yolostream_layout *bias, const yolostream_layout *destination,
    const yolostream_window *window, const_dnnl_primitive_desc_t forward, const_dnnl_primitive_attr_t attr) {
  return dnnl_convolution_backward_weights_primitive_desc_create(
      out, engine, dnnl_convolution_direct, source->md, weights->md, yolostream_md(bias), destination->md,
      window->stride, yolostream_dense, window->before, window->after, forward, attr);
}

static inline dnnl_status_t yolostream_pooling(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                               dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
                                               const yolostream_layout *source, const yolostream_layout *destination,
                                               const yolostream_window *window, const_dnnl_primitive_attr_t attr) {
  return dnnl_pooling_forward_primitive_desc_create(out, engine, kind, algorithm, source->md, destination->md,
                                                    window->stride, window->kernel, yolostream_dense, window->before,
                                                    window->after, attr);
}

static inline dnnl_status_t yolostream_pooling_backward(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                                        dnnl_alg_kind_t algorithm, const yolostream_layout *source,
                                                        const yolostream_layout *destination,
                                                        const yolostream_window *window,
                                                        const_dnnl_primitive_desc_t forward,
                                                        const_dnnl_primitive_attr_t attr) {
  return dnnl_pooling_backward_primitive_desc_create(out, engine, algorithm, source->md, destination->md,
                                                     window->stride, window->kernel, yolostream_dense,
                                                     window->before, window->after, forward, attr);
}

static inline dnnl_status_t yolostream_resampling(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                                  dnnl_prop_kind_t kind, const yolostream_layout *source,
                                                  const yolostream_layout *destination,
                                                  const_dnnl_primitive_attr_t attr) {
  return dnnl_resampling_forward_primitive_desc_create(out, engine, kind, dnnl_resampling_nearest, NULL, source->md,
                                                       destination->md, attr);
}

static inline dnnl_status_t yolostream_resampling_backward(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                                           const yolostream_layout *source,
                                                           const yolostream_layout *destination,
                                                           const_dnnl_primitive_desc_t forward,
                                                           const_dnnl_primitive_attr_t attr) {
  return dnnl_resampling_backward_primitive_desc_create(out, engine, dnnl_resampling_nearest, NULL, source->md,
                                                        destination->md, forward, attr);
}

static inline dnnl_status_t yolostream_eltwise(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                               dnnl_prop_kind_t kind, dnnl_alg_kind_t algorithm,
                                               const yolostream_layout *layout, float alpha, float beta,
                                               const_dnnl_primitive_attr_t attr) {
  return dnnl_eltwise_forward_primitive_desc_create(out, engine, kind, algorithm, layout->md, layout->md, alpha,
                                                    beta, attr);
}

static inline dnnl_status_t yolostream_eltwise_backward(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                                        dnnl_alg_kind_t algorithm, const yolostream_layout *layout,
                                                        float alpha, float beta, const_dnnl_primitive_desc_t forward,
                                                        const_dnnl_primitive_attr_t attr) {
  return dnnl_eltwise_backward_primitive_desc_create(out, engine, algorithm, layout->md, layout->md, layout->md,
                                                     alpha, beta, forward, attr);
}

static inline dnnl_status_t yolostream_concat(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                              const yolostream_layout *destination, int count,
                                              const yolostream_layout *const *sources,
                                              const_dnnl_primitive_attr_t attr) {
  const_dnnl_memory_desc_t mds[32];
  if (count > 32) return dnnl_invalid_arguments;
  for (int i = 0; i < count; i++) mds[i] = sources[i]->md;
  return dnnl_concat_primitive_desc_create(out, engine, yolostream_md(destination), count, 1, mds, attr);
}

static inline dnnl_status_t yolostream_sum(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                           const yolostream_layout *destination, int count, const float *scales,
                                           const yolostream_layout *const *sources,
                                           const_dnnl_primitive_attr_t attr) {
  const_dnnl_memory_desc_t mds[32];
  if (count > 32) return dnnl_invalid_arguments;
  for (int i = 0; i < count; i++) mds[i] = sources[i]->md;
  return dnnl_sum_primitive_desc_create(out, engine, yolostream_md(destination), count, scales, mds, attr);
}

static inline dnnl_status_t yolostream_reorder(dnnl_primitive_desc_t *out, dnnl_engine_t engine,
                                               const yolostream_layout *source, const yolostream_layout *destination,
                                               const_dnnl_primitive_attr_t attr) {
  return dnnl_reorder_primitive_desc_create(out, source->md, engine, destination->md, engine, attr);
}
