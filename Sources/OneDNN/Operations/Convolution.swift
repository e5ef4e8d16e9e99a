import COneDNN

/// A square window over the two axes of an image.
public struct SlidingWindow: Hashable, Sendable {
  /// Side in cells.
  public var kernel: Int
  /// Step in cells.
  public var stride: Int
  /// Cells added before the first row and column; as many as needed are added after the last.
  public var padding: Int

  /// A window of `kernel` × `kernel` cells.
  public init(kernel: Int, stride: Int = 1, padding: Int = 0) {
    self.kernel = kernel
    self.stride = stride
    self.padding = padding
  }

  /// Padding behind is what makes the given output length come out: `(out − 1)·stride + kernel − in − before`.
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
  ///   - source: batch × in × height × width; format `any` lets the library choose.
  ///   - weights: out × in × k × k, or groups × out/groups × in/groups × k × k.
  ///   - bias: out, or none.
  ///   - numbers: what int8 values in source and weights stand for; its operands are to be bound, too.
  ///   - isTraining: whether gradients will be asked of it.
  public static func convolution(
    source: TensorLayout, weights: TensorLayout, bias: TensorLayout?, destination: TensorLayout,
    window: SlidingWindow, then operations: [PostOperation] = [], numbers: WholeNumbers? = nil,
    isTraining: Bool = false, on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    let attributes = try PrimitiveAttributes(
      operations, batch: source.shape[0], numbers: numbers,
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
