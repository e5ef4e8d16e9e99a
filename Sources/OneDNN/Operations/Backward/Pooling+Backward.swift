import COneDNN

extension Primitive {
  /// Gradient of pooling: `destinationGradient` (and the `workspace` of max-pooling) → `sourceGradient`.
  package static func poolingGradient(
    _ kind: PoolingKind, source: TensorLayout, destination: TensorLayout, window: SlidingWindow, forward: Primitive,
    on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    let attempt = "the gradient of pooling of \(source.shape) to \(destination.shape)"
    var native = window.native(from: source.shape, to: destination.shape)
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_pooling_backward(
        &descriptor, engine.handle, kind.native, source.handle, destination.handle, &native, forward.descriptor,
        attributes.handle), attempt)
    return unsafe try Primitive(descriptor!, on: engine, attempt)
  }
}
