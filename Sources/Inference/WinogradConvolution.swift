import CWinograd
import GELAN
import OneDNN

/// A 3×3 convolution of step 1 in f32 by Winograd's minimal filtering, with bias, activation and an addition.
///
/// oneDNN's direct kernels do all multiplications; F(4×4, 3×3) does a quarter of them and is bound by the same limit of
/// the machine. Results differ from direct ones by about 1e-6 of the largest value.
@safe
final class WinogradConvolution: Sendable {
  /// Eight channels lie together; how many floats on the next column, row and eight channels are.
  struct Placement: Sendable {
    var pixel: Int
    var row: Int
    var block: Int

    /// Of a map of `height` × `width` whose storage has `channels`.
    init(_ order: CompilationOptions.ChannelOrder, channels: Int, height: Int, width: Int) {
      switch order {
      case .blocked8: (pixel, row, block) = (8, 8 * width, 8 * width * height)
      case .channelsLast: (pixel, row, block) = (channels, channels * width, 8)
      }
    }

    fileprivate var native: winograd_layout { winograd_layout(pixel: pixel, row: row, block: block) }
  }

  private let weights: TensorMemory
  private let bias: TensorMemory
  private let threads: Int
  // Immutable after `init`; the pointers inside are into `weights` and `bias`.
  private nonisolated(unsafe) let native: winograd_convolution

  /// Bytes of the inputs that are worked on at one time: a part of the second-level cache, the rest is for weights.
  private static let chunkByteCount = 128 << 10

  /// Whether it can compute `outputs` channels of `convolution`.
  static func supports(_ convolution: Graph.Convolution, outputs: Int) -> Bool {
    winograd_available() && convolution.window == Graph.Window(kernel: 3, stride: 1, padding: 1)
      && convolution.inputChannels / convolution.groups % 8 == 0
      && outputs / convolution.groups % 8 == 0
  }

  /// - Parameters:
  ///   - values: weights out × in × 3 × 3 of the `outputs` channels to compute, and their bias.
  ///   - source: where the input is; `destination`, `addend`: the same for the output and what is added to it.
  ///   - threads: how many work on it.
  init(
    _ convolution: Graph.Convolution, outputs: Int, values: (weights: [Float], bias: [Float]), height: Int, width: Int,
    source: Placement, destination: Placement, addend: Placement?, threads: Int, on engine: Engine
  ) throws(OneDNNError) {
    let groups = convolution.groups
    let inputs = convolution.inputChannels / groups, outputs = outputs / groups
    let packedCount = winograd_packed_count(Int32(inputs), Int32(outputs))
    weights = try TensorMemory(try TensorLayout([groups * packedCount]), on: engine)
    bias = try TensorMemory(try TensorLayout([groups * outputs]), on: engine)
    bias.fill(with: values.bias)
    self.threads = threads
    let packed = unsafe weights.base.assumingMemoryBound(to: Float.self)
    unsafe values.weights.withUnsafeBufferPointer { plain in
      guard let plain = plain.baseAddress else { return }
      for group in 0..<groups {
        var filters = unsafe winograd_filters(
          values: plain + group * outputs * inputs * 9, output: inputs * 9, input: 9, is_turned: false)
        unsafe winograd_pack(&filters, Int32(inputs), Int32(outputs), packed + group * packedCount)
      }
    }
    let activation: Int =
      switch convolution.activation {
      case .none: WINOGRAD_LINEAR
      case .silu: WINOGRAD_SILU
      case .relu: WINOGRAD_RELU
      }
    // Rows of sums fill the registers in sixes; every thread gets as many chunks as the others.
    let tiles = (height + 3) / 4 * ((width + 3) / 4)
    let fitting = min(max(Self.chunkByteCount / (36 * 4 * inputs) / 6 * 6, 6), 96)
    let rounds = (tiles + fitting * threads - 1) / (fitting * threads)
    let chunk = (tiles + rounds * threads - 1) / (rounds * threads)
    unsafe native = winograd_convolution(
      height: Int32(height), width: Int32(width), groups: Int32(groups), inputs: Int32(inputs),
      outputs: Int32(outputs), activation: Int32(activation), chunk: Int32(chunk), in: source.native,
      out: destination.native, add: (addend ?? destination).native, weights: packed,
      bias: bias.base.assumingMemoryBound(to: Float.self))
  }

  /// Floats of scratch memory needed while it runs.
  var scratchCount: Int { unsafe withUnsafePointer(to: native) { unsafe winograd_scratch_count($0) } * threads }

  /// Runs once, on the calling thread and its team.
  func run(source: TensorMemory, destination: TensorMemory, addend: TensorMemory?, scratch: TensorMemory) {
    unsafe withUnsafePointer(to: native) { native in
      unsafe winograd_run(
        native, source.base.assumingMemoryBound(to: Float.self), destination.base.assumingMemoryBound(to: Float.self),
        addend?.base.assumingMemoryBound(to: Float.self), scratch.base.assumingMemoryBound(to: Float.self),
        Int32(threads))
    }
  }
}
