import COneDNN

/// The kind of pooling.
package enum PoolingKind: Hashable, Sendable {
  /// Maximum; padding is ignored.
  case maximum
  /// Mean over the cells inside the map.
  case average

  var native: dnnl_alg_kind_t {
    switch self {
    case .maximum: dnnl_pooling_max
    case .average: dnnl_pooling_avg_exclude_padding
    }
  }
}

extension Primitive {
  /// Pooling; with `isTraining`, max-pooling also writes the workspace that its gradient reads.
  package static func pooling(
    _ kind: PoolingKind, source: TensorLayout, destination: TensorLayout, window: SlidingWindow,
    isTraining: Bool = false, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    let attempt = "pooling of \(source.shape) to \(destination.shape)"
    var native = window.native(from: source.shape, to: destination.shape)
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_pooling(
        &descriptor, engine.handle, isTraining ? dnnl_forward_training : dnnl_forward_inference, kind.native,
        source.handle, destination.handle, &native, attributes.handle), attempt)
    return unsafe try Primitive(descriptor!, on: engine, attempt)
  }
}
