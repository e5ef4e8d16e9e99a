import COneDNN

extension Primitive {
  /// Gradient of nearest-neighbour resampling: `destinationGradient` → `sourceGradient`, the sum over the copies.
  package static func resamplingGradient(
    source: TensorLayout, destination: TensorLayout, forward: Primitive, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    let attempt = "the gradient of resampling of \(source.shape) to \(destination.shape)"
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_resampling_backward(
        &descriptor, engine.handle, source.handle, destination.handle, forward.descriptor, attributes.handle), attempt)
    return unsafe try Primitive(descriptor!, on: engine, attempt)
  }
}
