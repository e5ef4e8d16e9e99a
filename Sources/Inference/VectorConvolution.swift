import CKernels
import GELAN
import OneDNN

/// A convolution in f32 by a kernel of this package, with bias, activation and an addition.
@safe
final class VectorConvolution: NativeKernel {
  /// How it is computed.
  enum Method: Hashable, Sendable {
    /// 3×3 of step 1 by Winograd's minimal filtering: F(4×4, 3×3) does a quarter of the multiplications and is bound by the
    /// same limit of the machine. Results differ from direct ones by about 1e-6 of the largest value.
    case minimalFiltering
    /// The sums as they are. oneDNN's kernels add up as fast; here the activation takes a third of the time of theirs, and
    /// borders and means cost no walk through memory of their own.
    case direct
  }

  @safe private enum Native {
    case minimalFiltering(winograd_convolution)
    case direct(direct_convolution)
  }

  private let weights: TensorMemory
  private let bias: TensorMemory
  private let threads: Int
  // Immutable after `init`; the pointers inside are into `weights` and `bias`.
  private nonisolated(unsafe) let native: Native
  /// How it is computed.
  let method: Method
  /// Whether an output sees more than the input at its own place.
  let seesNeighbours: Bool

  /// How `outputs` channels of `convolution` can be computed here from channels in `order`, or from a picture in planes;
  /// `nil` if that is left to the library.
  static func method(
    for convolution: Graph.Convolution, outputs: Int, order: CompilationOptions.ChannelOrder, isPicture: Bool = false
  ) -> Method? {
    guard kernels_available(), outputs / convolution.groups % 8 == 0 else { return nil }
    let window = convolution.window
    let isWhole = convolution.inputChannels / convolution.groups % 8 == 0
    if isWhole, !isPicture, window == Graph.Window(kernel: 3, stride: 1, padding: 1) { return .minimalFiltering }
    guard order == .blocked8, isPicture ? convolution.groups == 1 : isWhole else { return nil }
    if window.kernel == 3, window.padding <= 1 { return .direct }
    return window == Graph.Window(kernel: 1, stride: 1, padding: 0) && !isPicture ? .direct : nil
  }

  /// - Parameters:
  ///   - values: weights out × in × k × k of the `outputs` channels to compute, and their bias.
  ///   - takesMeans: whether every input is first replaced by the mean of it and its right and lower neighbours; direct only.
  ///   - source: where the input is; `destination`, `addend`: the same for the output and what is added to it.
  ///   - threads: how many work on it.
  init(
    _ convolution: Graph.Convolution, by method: Method, outputs: Int, values: (weights: [Float], bias: [Float]),
    takesMeans: Bool = false, source: MapPlacement, destination: MapPlacement, addend: MapPlacement?, threads: Int,
    on engine: Engine
  ) throws(OneDNNError) {
    precondition(!takesMeans || method == .direct, "minimal filtering takes no means")
    let groups = convolution.groups
    let inputs = convolution.inputChannels / groups, outputs = outputs / groups
    bias = try TensorMemory(try TensorLayout([groups * outputs]), on: engine)
    bias.fill(with: values.bias)
    let biases = unsafe UnsafePointer(bias.base.assumingMemoryBound(to: Float.self))
    let addend = (addend ?? destination).layout
    let window = convolution.window
    switch method {
    case .minimalFiltering:
      // Every thread gets as many chunks as the others.
      let tiles = (destination.height + 3) / 4 * ((destination.width + 3) / 4)
      let fitting = Int(winograd_chunk_limit(Int32(inputs)))
      let rounds = (tiles + fitting * threads - 1) / (fitting * threads)
      let chunk = (tiles + rounds * threads - 1) / (rounds * threads)
      let count = winograd_packed_count(Int32(inputs), Int32(outputs))
      weights = try TensorMemory(try TensorLayout([groups * count]), on: engine)
      let packed = unsafe weights.base.assumingMemoryBound(to: Float.self)
      unsafe values.weights.withUnsafeBufferPointer { plain in
        guard let plain = plain.baseAddress else { return }
        for group in 0..<groups {
          var filters = unsafe winograd_filters(
            values: plain + group * outputs * inputs * 9, output: inputs * 9, input: 9, is_turned: false)
          unsafe winograd_pack(&filters, Int32(inputs), Int32(outputs), packed + group * count)
        }
      }
      unsafe native = .minimalFiltering(
        winograd_convolution(
          height: Int32(destination.height), width: Int32(destination.width), groups: Int32(groups),
          inputs: Int32(inputs), outputs: Int32(outputs), activation: convolution.activation.native,
          chunk: Int32(chunk),
          in: source.layout, out: destination.layout, add: addend, weights: packed, bias: biases))
    case .direct:
      var direct = unsafe direct_convolution(
        height: Int32(destination.height), width: Int32(destination.width), in_height: Int32(source.height),
        in_width: Int32(source.width), groups: Int32(groups), inputs: Int32(inputs), outputs: Int32(outputs),
        kernel: Int32(window.kernel), stride: Int32(window.stride), padding: Int32(window.padding),
        is_planar: source.isPlanar, takes_means: takesMeans, activation: convolution.activation.native,
        in: source.layout,
        out: destination.layout, add: addend, weights: nil, bias: biases)
      let count = unsafe direct_packed_count(&direct)
      weights = try TensorMemory(try TensorLayout([groups * count]), on: engine)
      let packed = unsafe weights.base.assumingMemoryBound(to: Float.self)
      unsafe values.weights.withUnsafeBufferPointer { plain in
        guard let plain = plain.baseAddress else { return }
        for group in 0..<groups { unsafe direct_pack(&direct, plain + group * count, packed + group * count) }
      }
      unsafe direct.weights = UnsafePointer(packed)
      unsafe native = .direct(direct)
    }
    self.method = method
    seesNeighbours = window.kernel > 1
    self.threads = threads
  }

  var implementation: String { method == .direct ? "direct:avx2" : "winograd:avx2" }

  var scratchByteCount: Int {
    let count =
      switch unsafe native {
      case .minimalFiltering(var convolution): unsafe winograd_scratch_count(&convolution)
      case .direct(var convolution): unsafe direct_scratch_count(&convolution)
      }
    return count * threads * MemoryLayout<Float>.stride
  }

  func run(
    source: TensorMemory, destination: TensorMemory, addend: TensorMemory?, scratch: TensorMemory,
    selection: TileSelection?
  ) {
    unsafe TileSelection.withTiles(of: selection) { tiles in
      unsafe run(source, destination, addend, scratch, tiles)
    }
  }

  private func run(
    _ source: TensorMemory, _ destination: TensorMemory, _ addend: TensorMemory?, _ scratch: TensorMemory,
    _ tiles: map_tiles
  ) {
    func floats(_ memory: TensorMemory) -> UnsafeMutablePointer<Float> {
      unsafe memory.base.assumingMemoryBound(to: Float.self)
    }
    let added = unsafe addend.map { unsafe UnsafePointer(floats($0)) }
    switch unsafe native {
    case .minimalFiltering(var convolution):
      unsafe winograd_run(
        &convolution, floats(source), floats(destination), added, floats(scratch), tiles, Int32(threads))
    case .direct(var convolution):
      unsafe direct_run(
        &convolution, floats(source), floats(destination), added, floats(scratch), tiles, Int32(threads))
    }
  }
}

extension Graph.Activation {
  /// The same for the kernels.
  var native: Int32 {
    switch self {
    case .none: Int32(ACTIVATION_LINEAR)
    case .silu: Int32(ACTIVATION_SILU)
    case .relu: Int32(ACTIVATION_RELU)
    }
  }
}
