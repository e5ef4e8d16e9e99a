import COneDNN

/// A square window that slides over height and width.
package struct SlidingWindow: Hashable, Sendable {
  /// Side of the kernel.
  package var kernel: Int
  /// Stride.
  package var stride: Int
  /// Padding before the first row and column; the padding after the last follows from the output size.
  package var padding: Int

  /// A window of `kernel` × `kernel`.
  package init(kernel: Int, stride: Int = 1, padding: Int = 0) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  /// The padding after the last row or column for a given output length: `(out − 1)·stride + kernel − in − before`.
  func native(from input: [Int], to output: [Int]) -> yolostream_window {
    func after(_ axis: Int) -> dnnl_dim_t {
      dnnl_dim_t((output[axis] - 1) * stride + kernel - input[axis] - padding)
    }
    let side = dnnl_dim_t(kernel), step = dnnl_dim_t(stride), before = dnnl_dim_t(padding)
    return yolostream_window(
      kernel: (side, side), stride: (step, step), before: (before, before), after: (after(2), after(3)))
  }
}

extension Primitive {
  /// Convolution with post-operations.
  ///
  /// - Parameters:
  ///   - source: batch × in × height × width; the format `any` lets oneDNN choose.
  ///   - weights: out × in × k × k, or groups × out/groups × in/groups × k × k.
  ///   - bias: one value per output channel, or `nil`.
  ///   - scaling: scales of int8 source and weights; bind its operands, too.
  ///   - isTraining: whether gradients will be computed.
  package static func convolution(
    source: TensorLayout, weights: TensorLayout, bias: TensorLayout?, destination: TensorLayout,
    window: SlidingWindow, then operations: [PostOperation] = [], scaling: Int8Scaling? = nil,
    isTraining: Bool = false, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes(
      operations, batch: source.shape[0], scaling: scaling,
      of: weights.shape.count == 5 ? .groupedConvolution : .convolution)
    let attempt = "a convolution \(window.kernel)×\(window.kernel) of \(source.shape) to \(destination.shape)"
    var native = window.native(from: source.shape, to: destination.shape)
    var descriptor: dnnl_primitive_desc_t?
    unsafe try check(
      yolostream_convolution(
        &descriptor, engine.handle, isTraining ? dnnl_forward_training : dnnl_forward_inference, source.handle,
        weights.handle, bias?.handle, destination.handle, &native, attributes.handle), attempt)
    return unsafe try Primitive(descriptor!, on: engine, attempt)
  }
}
