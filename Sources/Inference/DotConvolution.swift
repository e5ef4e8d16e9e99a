import CKernels
import GELAN
import OneDNN

/// A convolution in numbers of eight or sixteen bits by this package's dot products, with bias, activation and an addition.
///
/// On AVX-512 direct sums come close to the machine's limit, of which the library's kernels reach a third on maps of few
/// channels; 3×3 ones of many channels go beyond it, by fewer products.
@safe
final class DotConvolution: NativeKernel {
  /// What the numbers of its operands are.
  struct Numbers {
    /// Scale of a u8 source, and the step of each output channel's weights; `nil` for bf16.
    var source: (scale: Quantisation.Scale, weightSteps: [Float])?
    /// Scale of a u8 destination.
    var destination: Quantisation.Scale?
    /// Element of the destination, and of what is added.
    var writes: MapElement
  }

  /// How it is computed.
  enum Method: Hashable, Sendable {
    /// The sums as they are.
    case direct
    /// 3×3 of step 1 by Winograd's minimal filtering: F(4×4, 3×3) for u8, F(2×2, 3×3) for bf16. It multiplies numbers of
    /// sixteen bits, so that of u8 does half of the work of direct sums, and that of bf16 four ninths.
    case minimalFiltering
  }

  /// How it is computed.
  let method: Method
  private let weights: TensorMemory
  private let factors: TensorMemory
  private let bias: TensorMemory
  private let threads: Int
  // Immutable after `init`; the pointers inside are into the memories above.
  private nonisolated(unsafe) let native: dot_convolution
  let seesNeighbours: Bool

  /// Whether `outputs` channels of `convolution` can be computed here.
  static func supports(_ convolution: Graph.Convolution, outputs: Int, isPicture: Bool = false) -> Bool {
    let window = convolution.window, groups = convolution.groups
    guard isPicture ? groups == 1 && window.kernel == 3 : convolution.inputChannels / groups % 8 == 0 else {
      return false
    }
    guard groups == 1 || outputs / groups % 8 == 0 else { return false }
    if window.kernel == 3 { return (1...2).contains(window.stride) && window.padding <= 1 }
    return window == Graph.Window(kernel: 1, stride: 1, padding: 0)
  }

  /// How `outputs` channels of `convolution` are computed: with few channels the transforms take what the products save.
  static func method(for convolution: Graph.Convolution, outputs: Int, takesMeans: Bool) -> Method {
    let isWindow = convolution.window == Graph.Window(kernel: 3, stride: 1, padding: 1)
    let isWide = convolution.inputChannels >= 32 && outputs >= 32 && outputs % 8 == 0
    return isWindow && isWide && convolution.groups == 1 && !takesMeans ? .minimalFiltering : .direct
  }

  /// - Parameters:
  ///   - method: how to compute it; `nil` for what is faster.
  ///   - values: weights out × in × k × k of the `outputs` channels to compute, and their bias.
  ///   - numbers: what is computed with.
  ///   - takesMeans: whether every input is first replaced by the mean of it and its right and lower neighbours.
  ///   - source: where the input is: a picture's planes are bytes; `destination`, `addend`: the same for the output and what
  ///     is added to it.
  ///   - threads: how many work on it.
  init(
    _ convolution: Graph.Convolution, by method: Method? = nil, outputs: Int,
    values: (weights: [Float], bias: [Float]), numbers: Numbers, takesMeans: Bool = false, source: MapPlacement,
    destination: MapPlacement, addend: MapPlacement?, threads: Int,
    on engine: Engine
  ) throws(OneDNNError) {
    precondition(
      numbers.writes != .bf16 || CompilationOptions.Precision.bf16.isNative,
      "only a processor that multiplies bf16 numbers has instructions that make them")
    let groups = convolution.groups, window = convolution.window
    var native = unsafe dot_convolution()
    unsafe (native.height, native.width) = (Int32(destination.height), Int32(destination.width))
    unsafe (native.in_height, native.in_width) = (Int32(source.height), Int32(source.width))
    unsafe (native.groups, native.outputs) = (Int32(groups), Int32(outputs / groups))
    unsafe native.inputs = Int32(convolution.inputChannels / groups)
    unsafe (native.kernel, native.stride) = (Int32(window.kernel), Int32(window.stride))
    unsafe native.padding = Int32(window.padding)
    unsafe (native.is_picture, native.takes_means) = (source.isPlanar, takesMeans)
    unsafe native.activation = convolution.activation.native
    unsafe native.reads = numbers.source == nil ? ELEMENT_BF16 : ELEMENT_U8
    unsafe native.writes = numbers.writes.native
    unsafe (native.in, native.out) = (source.layout, destination.layout)
    unsafe native.add = (addend ?? destination).layout
    if let scale = numbers.destination {
      unsafe native.out_factor = 1 / scale.step
      // What is added has the same scale, and brings its own zero.
      unsafe native.out_offset = addend == nil ? Float(scale.zeroPoint) : 0
    }

    let method = method ?? Self.method(for: convolution, outputs: outputs, takesMeans: takesMeans)
    // The kernels read whole vectors of both.
    let padded = try TensorLayout([(outputs + 15) / 16 * 16])
    factors = try TensorMemory(padded, on: engine)
    self.bias = try TensorMemory(padded, on: engine)
    // Pictures come as 0…255; the network was trained on 0…1.
    var factor = [Float](repeating: source.isPlanar ? 1 / 255 : 1, count: outputs)
    var bias = values.bias
    if let (scale, steps) = numbers.source {
      unsafe native.zero = scale.zeroPoint
      factor = steps.map { $0 * scale.step }
      let perFilter = values.weights.count / outputs
      let whole = WeightTensor(shape: [outputs, perFilter], values: values.weights).numbers(of: steps)
      switch method {
      case .direct:
        weights = try unsafe Self.pack(whole, for: &native, on: engine)
        // The products with the number for 0 are the same for every output.
        for output in bias.indices {
          let sum = whole[(output * perFilter)..<((output + 1) * perFilter)].reduce(0) { $0 + Int($1) }
          bias[output] -= factor[output] * Float(Int(scale.zeroPoint) * sum)
        }
      case .minimalFiltering:
        weights = try unsafe Self.pack(filters: whole.map(Float.init), scaling: &factor, for: &native, on: engine)
      }
    } else {
      switch method {
      case .direct: weights = try unsafe Self.pack(values.weights.map(Self.bf16), for: &native, on: engine)
      case .minimalFiltering:
        weights = try unsafe Self.pack(filters: values.weights, scaling: &factor, for: &native, on: engine)
      }
    }
    if addend == nil { unsafe dot_make_curve(&native) }
    if unsafe native.curve.shift > 0 {
      let steps = unsafe 32768 / native.curve.range
      factor = factor.map { $0 * steps }
      bias = bias.map { $0 * steps }
    }
    factors.fill(with: factor)
    self.bias.fill(with: bias)
    self.method = method
    unsafe native.weights = UnsafeRawPointer(weights.base)
    unsafe native.factors = UnsafePointer(factors.base.assumingMemoryBound(to: Float.self))
    unsafe native.bias = UnsafePointer(self.bias.base.assumingMemoryBound(to: Float.self))
    unsafe self.native = native
    seesNeighbours = window.kernel > 1
    self.threads = threads
  }

  private static func pack<Element: BitwiseCopyable>(
    _ values: [Element], for native: inout dot_convolution, on engine: Engine
  ) throws(OneDNNError) -> TensorMemory {
    let size = unsafe dot_packed_size(&native), groups = unsafe Int(native.groups)
    let packed = try TensorMemory(try TensorLayout([groups * size], .u8), on: engine)
    unsafe values.withUnsafeBufferPointer { plain in
      guard let plain = plain.baseAddress else { return }
      for group in 0..<groups {
        unsafe dot_pack(&native, plain + group * (values.count / groups), packed.base + group * size)
      }
    }
    return packed
  }

  /// Packs `filters` for minimal filtering, and brings the factors of its sums into the units of these.
  private static func pack(
    filters: [Float], scaling factors: inout [Float], for native: inout dot_convolution, on engine: Engine
  ) throws(OneDNNError) -> TensorMemory {
    let packed = try TensorMemory(try TensorLayout([unsafe dot_filters_size(&native)], .u8), on: engine)
    var units = [Float](repeating: 1, count: factors.count)
    unsafe filters.withUnsafeBufferPointer { plain in
      guard let plain = plain.baseAddress else { return }
      unsafe dot_pack_filters(&native, plain, packed.base, &units)
    }
    for index in factors.indices { factors[index] *= units[index] }
    return packed
  }

  /// The upper half of the nearest float whose lower half is 0; halves to even.
  private static func bf16(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    return UInt16(truncatingIfNeeded: (bits &+ 0x7fff &+ (bits >> 16 & 1)) >> 16)
  }

  var implementation: String {
    let name = method == .direct ? "dot" : "winograd"
    return unsafe native.reads == ELEMENT_U8 ? "\(name):avx512_vnni" : "\(name):avx512_bf16"
  }

  var scratchByteCount: Int {
    var native = unsafe native
    let size =
      switch method {
      case .direct: unsafe dot_scratch_size(&native)
      case .minimalFiltering: unsafe dot_filters_scratch_size(&native)
      }
    return size * threads
  }

  func run(
    source: TensorMemory, destination: TensorMemory, addend: TensorMemory?, scratch: TensorMemory,
    selection: TileSelection?
  ) {
    var native = unsafe native
    unsafe TileSelection.withTiles(of: selection) { tiles in
      switch method {
      case .direct:
        unsafe dot_run(
          &native, source.base, destination.base, addend?.base, scratch.base, tiles, Int32(threads))
      case .minimalFiltering:
        unsafe dot_run_filters(
          &native, source.base, destination.base, addend?.base, scratch.base, tiles, Int32(threads))
      }
    }
  }
}

extension MapElement {
  /// The same for the kernels.
  var native: map_element {
    switch self {
    case .bf16: ELEMENT_BF16
    case .u8: ELEMENT_U8
    case .f32, .s8, .s32: ELEMENT_F32
    }
  }
}
