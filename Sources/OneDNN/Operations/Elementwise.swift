import COneDNN

/// An elementwise function.
package enum ElementwiseKind: Hashable, Sendable {
  /// `x · σ(x)`.
  case silu
  /// `max(x, 0)`.
  case relu

  var native: (kind: dnnl_alg_kind_t, alpha: Float) {
    switch self {
    case .silu: (dnnl_eltwise_swish, 1)
    case .relu: (dnnl_eltwise_relu, 0)
    }
  }
}

extension Primitive {
  /// An elementwise function; source and destination have the same layout and may share memory.
  package static func elementwise(
    _ kind: ElementwiseKind, _ layout: TensorLayout, isTraining: Bool = false, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_eltwise(
        &descriptor, engine.handle, isTraining ? dnnl_forward_training : dnnl_forward_inference, kind.native.kind,
        layout.handle, kind.native.alpha, 0, attributes.handle), "\(kind) of \(layout.shape)")
    return unsafe try Primitive(descriptor!, on: engine, "\(kind) of \(layout.shape)")
  }
}
