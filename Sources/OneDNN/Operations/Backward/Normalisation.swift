import COneDNN

extension Primitive {
  /// Batch normalisation by the statistics of the batch itself, with learned scale and shift:
  /// `source`, `scale`, `shift` → `destination`, `mean`, `variance` (the biased one).
  public static func normalisation(
    _ layout: TensorLayout, epsilon: Float, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_normalisation(&descriptor, engine.handle, layout.handle, epsilon, attributes.handle),
      "batch normalisation of \(layout.shape)")
    return unsafe try Primitive(descriptor!, on: engine, "batch normalisation of \(layout.shape)")
  }

  /// Gradient of batch normalisation: `source`, `mean`, `variance`, `scale`, `shift`, `destinationGradient` →
  /// `sourceGradient`, `scaleGradient`, `shiftGradient`; the two tensor gradients may share memory.
  public static func normalisationGradient(
    _ layout: TensorLayout, epsilon: Float, forward: Primitive, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_normalisation_backward(
        &descriptor, engine.handle, layout.handle, epsilon, forward.descriptor, attributes.handle),
      "the gradient of batch normalisation of \(layout.shape)")
    return unsafe try Primitive(descriptor!, on: engine, "the gradient of batch normalisation of \(layout.shape)")
  }
}
