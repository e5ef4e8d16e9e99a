import CKernels
import GELAN
import OneDNN

/// A 3×3 convolution of step 1 over a batch by Winograd's minimal filtering: forward, and gradients back to its input.
///
/// Weights change with every step of the optimiser, so they are brought into the transformed domain each time; for a batch
/// that is little beside the convolution.
@safe
final class WinogradStep {
  /// Which way a convolution is run.
  enum Direction { case forward, back }

  typealias Pointer = UnsafeMutablePointer<Float>

  private let batch: Int
  private let groups: Int
  /// Channels of one group that are read and made.
  private let inputs: Int
  private let outputs: Int
  private let direction: Direction
  private let map: (height: Int, width: Int)
  private var native: winograd_convolution

  /// Whether it can take the place of `convolution`, for tensors with channels in blocks of eight.
  static func supports(_ convolution: Graph.Convolution) -> Bool {
    kernels_available() && convolution.window == Graph.Window(kernel: 3, stride: 1, padding: 1)
      && convolution.normalisation != nil && convolution.inputChannels / convolution.groups % 8 == 0
      && convolution.outputChannels / convolution.groups % 8 == 0
  }

  init(_ convolution: Graph.Convolution, _ direction: Direction, batch: Int, height: Int, width: Int) {
    self.batch = batch
    self.direction = direction
    groups = convolution.groups
    let read = convolution.inputChannels / groups, made = convolution.outputChannels / groups
    (inputs, outputs) = direction == .forward ? (read, made) : (made, read)
    map = (height, width)
    let layout = map_layout(pixel: 8, row: 8 * width, block: 8 * width * height)
    unsafe native = winograd_convolution(
      height: Int32(height), width: Int32(width), groups: Int32(groups), inputs: Int32(inputs),
      outputs: Int32(outputs), activation: Int32(ACTIVATION_LINEAR), chunk: winograd_chunk_limit(Int32(inputs)),
      in: layout, out: layout, add: layout, weights: nil, bias: nil)
  }

  /// Floats of the transformed weights.
  var packedCount: Int { groups * winograd_packed_count(Int32(inputs), Int32(outputs)) }

  /// Floats of scratch memory.
  var scratchCount: Int { unsafe winograd_scratch_count(&native) }

  /// `source` → `target`, batch × channels × height × width in blocks of eight, with `weights` (out × in × 3 × 3 of the
  /// forward convolution); `packed` and `scratch` are memory to work in.
  func run(source: Pointer, weights: Pointer, target: Pointer, packed: Pointer, scratch: Pointer) {
    for group in 0..<groups {
      var filters = unsafe winograd_filters(
        values: weights + group * outputs * inputs * 9, output: (direction == .forward ? inputs : 1) * 9,
        input: (direction == .forward ? 1 : outputs) * 9, is_turned: direction == .back)
      unsafe winograd_pack(&filters, Int32(inputs), Int32(outputs), packed + group * packedCount / groups)
    }
    unsafe native.weights = UnsafePointer(packed)
    let positions = map.height * map.width * groups
    for image in 0..<batch {
      unsafe winograd_run(
        &native, source + image * positions * inputs, target + image * positions * outputs, nil, scratch, .init(), 1)
    }
  }
}

extension NetworkRecorder {
  /// Records `convolution` at `node` on this kernel; false if it does not support it.
  mutating func recordWinograd(
    _ convolution: Graph.Convolution, _ direction: WinogradStep.Direction, at node: Graph.Node,
    from source: Tape.SymbolID, into target: Tape.SymbolID, name: String
  ) throws(OneDNNError) -> Bool {
    guard format == .blocked8, WinogradStep.supports(convolution) else { return false }
    let step = WinogradStep(
      convolution, direction, batch: batch, height: sizes[node.id].height, width: sizes[node.id].width)
    let weights = try parameter("\(convolution.parameters).weight", shape: convolution.weightShape, in: parameters)
    let packed = tape.symbol(try TensorLayout([step.packedCount]))
    let scratch = tape.symbol(try TensorLayout([step.scratchCount]))
    unsafe tape.run("winograd", on: [source, weights, target, packed, scratch], name: name) {
      unsafe step.run(source: $0[0], weights: $0[1], target: $0[2], packed: $0[3], scratch: $0[4])
    }
    return true
  }
}
