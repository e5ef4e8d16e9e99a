import COneDNN

extension Primitive {
  /// Gradient of an elementwise function: `source`, `destinationGradient` → `sourceGradient`; the gradients may share
  /// memory.
  package static func elementwiseGradient(
    _ kind: ElementwiseKind, _ layout: TensorLayout, forward: Primitive, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_eltwise_backward(
        &descriptor, engine.handle, kind.native.kind, layout.handle, kind.native.alpha, 0, forward.descriptor,
        attributes.handle), "the gradient of \(kind) of \(layout.shape)")
    return unsafe try Primitive(descriptor!, on: engine, "the gradient of \(kind) of \(layout.shape)")
  }
}
