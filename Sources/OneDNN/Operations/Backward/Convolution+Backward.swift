import COneDNN

extension Primitive {
  /// Gradient of a convolution with respect to its source: `destinationGradient`, `weights` → `sourceGradient`.
  ///
  /// Layouts are those of the forward operands; `forward` is the corresponding training primitive.
  package static func convolutionSourceGradient(
    source: TensorLayout, weights: TensorLayout, destination: TensorLayout, window: SlidingWindow, forward: Primitive,
    on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    let attempt = "the gradient by the source of a convolution of \(source.shape) to \(destination.shape)"
    var native = window.native(from: source.shape, to: destination.shape)
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_convolution_backward_data(
        &descriptor, engine.handle, source.handle, weights.handle, destination.handle, &native, forward.descriptor,
        attributes.handle), attempt)
    return unsafe try Primitive(descriptor!, on: engine, attempt)
  }

  /// Gradient of a convolution with respect to weights and bias: `source`, `destinationGradient` → `weightsGradient`,
  /// `biasGradient` (if there is a bias).
  package static func convolutionWeightsGradient(
    source: TensorLayout, weights: TensorLayout, bias: TensorLayout?, destination: TensorLayout, window: SlidingWindow,
    forward: Primitive, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    let attempt = "the gradient by the weights of a convolution of \(source.shape) to \(destination.shape)"
    var native = window.native(from: source.shape, to: destination.shape)
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_convolution_backward_weights(
        &descriptor, engine.handle, source.handle, weights.handle, bias?.handle, destination.handle, &native,
        forward.descriptor, attributes.handle), attempt)
    return unsafe try Primitive(descriptor!, on: engine, attempt)
  }
}
