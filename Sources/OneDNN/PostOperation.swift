import COneDNN

/// An operation that a primitive applies to each result before writing it.
package enum PostOperation: Hashable, Sendable {
  /// `x · σ(x)`.
  case silu
  /// `max(x, 0)`.
  case relu
  /// `factor · x + offset`.
  case linear(factor: Float, offset: Float)
  /// Adds another tensor of the destination's layout (operand `.postOperation(position)`).
  case add(channels: Int, height: Int, width: Int, format: MemoryFormat, type: ElementType)

  /// Appends to a chain.
  func append(to chain: dnnl_post_ops_t, batch: Int) throws(OneDNNError) {
    switch self {
    case .silu: try unsafe check(yolostream_append_eltwise(chain, dnnl_eltwise_swish, 1, 0), "SiLU behind a primitive")
    case .relu: try unsafe check(yolostream_append_eltwise(chain, dnnl_eltwise_relu, 0, 0), "ReLU behind a primitive")
    case .linear(let factor, let offset):
      try unsafe check(
        yolostream_append_eltwise(chain, dnnl_eltwise_linear, factor, offset), "a linear function behind a primitive")
    case .add(let channels, let height, let width, let format, let type):
      let other = try TensorLayout([batch, channels, height, width], type, format)
      try unsafe check(yolostream_append_add(chain, other.handle), "an addition behind a primitive")
    }
  }
}

/// Attributes of a primitive: post-operations, and scratch memory that the caller provides.
@safe
struct PrimitiveAttributes: ~Copyable {
  let handle: dnnl_primitive_attr_t

  init(
    _ operations: [PostOperation] = [], batch: Int = 1, scaling: Int8Scaling? = nil,
    of kind: Int8Scaling.Kind = .convolution
  ) throws(OneDNNError) {
    var attributes: dnnl_primitive_attr_t?
    try unsafe check(dnnl_primitive_attr_create(&attributes), "attributes")
    let created = unsafe attributes!
    do throws(OneDNNError) {
      try unsafe check(
        dnnl_primitive_attr_set_scratchpad_mode(created, dnnl_scratchpad_mode_user), "scratch memory of the caller")
      try unsafe scaling?.apply(to: created, of: kind)
      try unsafe Self.append(operations, batch: batch, to: created)
    } catch {
      unsafe dnnl_primitive_attr_destroy(created)
      throw error
    }
    unsafe handle = created
  }

  deinit { unsafe dnnl_primitive_attr_destroy(handle) }

  private static func append(
    _ operations: [PostOperation], batch: Int, to attributes: dnnl_primitive_attr_t
  ) throws(OneDNNError) {
    guard !operations.isEmpty else { return }
    var created: dnnl_post_ops_t?
    try unsafe check(dnnl_post_ops_create(&created), "a chain of post-operations")
    let chain = unsafe created!
    defer { unsafe dnnl_post_ops_destroy(chain) }
    for operation in operations { unsafe try operation.append(to: chain, batch: batch) }
    try unsafe check(dnnl_primitive_attr_set_post_ops(attributes, chain), "post-operations")
  }
}
