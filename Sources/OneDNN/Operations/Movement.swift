import COneDNN

extension Primitive {
  /// Nearest-neighbour upsampling by the integer factors between the two shapes.
  package static func resampling(
    source: TensorLayout, destination: TensorLayout, isTraining: Bool = false, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    let attempt = "resampling of \(source.shape) to \(destination.shape)"
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_resampling(
        &descriptor, engine.handle, isTraining ? dnnl_forward_training : dnnl_forward_inference, source.handle,
        destination.handle, attributes.handle), attempt)
    return unsafe try Primitive(descriptor!, on: engine, attempt)
  }

  /// Concatenation along channels.
  package static func concatenation(
    _ sources: [TensorLayout], destination: TensorLayout?, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    let attempt = "a concatenation of \(sources.map(\.shape))"
    var handles = unsafe sources.map { unsafe UnsafePointer($0.handle) as UnsafePointer<yolostream_layout>? }
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_concat(
        &descriptor, engine.handle, destination?.handle, Int32(sources.count), &handles, attributes.handle), attempt)
    return unsafe try Primitive(descriptor!, on: engine, attempt)
  }

  /// Elementwise sum.
  package static func sum(
    _ sources: [TensorLayout], destination: TensorLayout?, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes()
    let attempt = "a sum of \(sources.map(\.shape))"
    var handles = unsafe sources.map { unsafe UnsafePointer($0.handle) as UnsafePointer<yolostream_layout>? }
    var descriptor: dnnl_primitive_desc_t?
    let scales = [Float](repeating: 1, count: sources.count)
    unsafe try check(
      yolostream_sum(
        &descriptor, engine.handle, destination?.handle, Int32(sources.count), scales, &handles, attributes.handle),
      attempt)
    return unsafe try Primitive(descriptor!, on: engine, attempt)
  }

  /// Copies to another memory format or element type. `scaling` has the scale if one side is int8.
  package static func reorder(
    _ source: TensorLayout, to destination: TensorLayout, scaling: Int8Scaling? = nil, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes(scaling: scaling, of: .reorder)
    let attempt = "a reorder of \(source.shape) to \(destination.shape)"
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_reorder(&descriptor, engine.handle, source.handle, destination.handle, attributes.handle), attempt)
    return unsafe try Primitive(descriptor!, on: engine, attempt)
  }
}

extension TensorMemory {
  /// Copies the values into `destination`, converting memory format and element type.
  package func copy(into destination: TensorMemory, on stream: ExecutionStream, engine: Engine) throws(OneDNNError) {
    let primitive = try Primitive.reorder(layout, to: destination.layout, on: engine)
    let scratch = try TensorMemory(try primitive.layout(.scratchpad), on: engine)
    let call = PrimitiveCall(
      primitive, [.source: self, .destination: destination, .scratchpad: scratch] as KeyValuePairs)
    try call.run(on: stream)
  }
}
