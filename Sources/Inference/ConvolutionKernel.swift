import GELAN
import Kernels
import OneDNN

/// A convolution by a kernel of this package, with bias, activation and optional addition.
@safe
final class ConvolutionKernel: NativeKernel {
  /// Data types and scales of the operands.
  struct Operands {
    /// Type that is multiplied: f32, bf16 or u8.
    var reads: MapElement
    /// Type of the destination and of the addend.
    var writes: MapElement
    /// Scale of a u8 source, and the step size of each output channel's weights.
    var source: (scale: Quantisation.Scale, weightSteps: [Float])?
    /// Scale of a u8 destination.
    var destination: Quantisation.Scale?
  }

  private let kernel: KernelTable.Entry
  private let prepared: TensorMemory
  private let threads: Int
  // Immutable after `init`; the pointers inside are into `prepared`.
  private nonisolated(unsafe) let native: convolution
  let seesNeighbours: Bool

  /// A kernel for `outputs` channels of `graphConvolution`; `nil` if the table has none that supports it, and oneDNN
  /// is used.
  ///
  /// - Parameters:
  ///   - entry: the kernel; `nil` lets the table choose.
  ///   - values: weights out × in × k × k of the computed channels, and their bias.
  ///   - takesMeans: whether the kernel first averages each 2×2 neighbourhood of the input (AConv, ADown).
  ///   - source: memory layout of the input; `destination`, `addend`: likewise for output and addend.
  ///   - threads: size of the team.
  init?(
    _ graphConvolution: Graph.Convolution, by entry: KernelTable.Entry? = nil, outputs: Int,
    values: (weights: [Float], bias: [Float]), operands: Operands, takesMeans: Bool = false, source: MapPlacement,
    destination: MapPlacement, addend: MapPlacement?, threads: Int, on engine: Engine
  ) throws(OneDNNError) {
    var native = unsafe convolution(
      graphConvolution, outputs: outputs, reads: operands.reads, writes: operands.writes, takesMeans: takesMeans,
      source: source, destination: destination, addend: addend)
    if let scale = operands.destination {
      unsafe native.out_factor = 1 / scale.step
      // The addend has the same scale and already contains the zero point.
      unsafe native.out_offset = addend == nil ? Float(scale.zeroPoint) : 0
    }
    guard let kernel = unsafe entry ?? KernelTable.choose(native) else { return nil }
    // Images are 0…255; the network was trained on 0…1.
    var factors = [Float](repeating: source.isPlanar ? 1 / 255 : 1, count: outputs)
    var weights = values.weights
    if let (scale, steps) = operands.source {
      unsafe native.zero_point = scale.zeroPoint
      factors = steps.map { $0 * scale.step }
      let shape = [outputs, weights.count / outputs]
      weights = WeightTensor(shape: shape, values: weights).quantised(by: steps).map(Float.init)
    }
    prepared = try TensorMemory(try TensorLayout([unsafe kernel.preparedSize(native)], .u8), on: engine)
    unsafe kernel.prepare(&native, weights: weights, factors: factors, bias: values.bias, in: prepared)
    self.kernel = kernel
    unsafe self.native = native
    seesNeighbours = graphConvolution.window.kernel > 1
    self.threads = threads
  }

  var implementation: String { kernel.name }

  var scratchByteCount: Int { unsafe kernel.scratchSize(native, threads: threads) }

  func run(
    source: TensorMemory, destination: TensorMemory, addend: TensorMemory?, scratch: TensorMemory,
    selection: TileSelection?
  ) {
    unsafe withUnsafePointer(to: native) { native in
      unsafe TileSelection.withTiles(of: selection) { tiles in
        unsafe kernel.run(
          convolution_call(
            convolution: native, in: source.base, add: addend?.base, out: destination.base, tiles: tiles),
          scratch: scratch.base, threads: threads)
      }
    }
  }
}

extension convolution {
  /// `outputs` channels of `convolution` with the given operand layouts.
  init(
    _ convolution: Graph.Convolution, outputs: Int, reads: MapElement, writes: MapElement, takesMeans: Bool,
    source: MapPlacement, destination: MapPlacement, addend: MapPlacement?
  ) {
    let groups = convolution.groups, window = convolution.window
    unsafe self.init()
    unsafe (height, width) = (Int32(destination.height), Int32(destination.width))
    unsafe (in_height, in_width) = (Int32(source.height), Int32(source.width))
    unsafe (self.groups, self.outputs) = (Int32(groups), Int32(outputs / groups))
    unsafe inputs = Int32(convolution.inputChannels / groups)
    unsafe (kernel, stride, padding) = (Int32(window.kernel), Int32(window.stride), Int32(window.padding))
    unsafe activation = convolution.activation.native
    unsafe (is_image, takes_means, has_addend) = (source.isPlanar, takesMeans, addend != nil)
    unsafe (self.reads, self.writes) = (reads.native, writes.native)
    unsafe (self.in, self.out, self.add) = (source.layout, destination.layout, (addend ?? destination).layout)
  }
}

extension MapElement {
  /// The element type as the kernels define it.
  var native: map_element {
    switch self {
    case .bf16: ELEMENT_BF16
    case .u8: ELEMENT_U8
    case .f32, .s8, .s32: ELEMENT_F32
    }
  }
}

extension Graph.Activation {
  /// The activation as the kernels define it.
  var native: Int32 {
    switch self {
    case .none: Int32(ACTIVATION_LINEAR)
    case .silu: Int32(ACTIVATION_SILU)
    case .relu: Int32(ACTIVATION_RELU)
    }
  }
}
