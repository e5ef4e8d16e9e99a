import CWinograd
import GELAN
import OneDNN

/// A 3×3 convolution of step 1 over a batch by Winograd's minimal filtering, forward, or backward by its source: the
/// same convolution with the weights turned by half a turn and the roles of the channels exchanged.
///
/// It does a quarter of the multiplications of the library's direct kernels. The weights change with every step, so they
/// are brought into the transformed domain each time, once for the whole batch. `NetworkRecorder` falls back to the
/// library's primitive where `init` gives nothing.
struct MinimalFiltering {
  typealias Pointer = UnsafeMutablePointer<Float>

  /// Forward, or by the source.
  enum Direction {
    case forward
    case sourceGradient
  }

  private let batch: Int
  private let height: Int
  private let width: Int
  private let groups: Int
  /// Channels of a group as the weights have them.
  private let weightInputs: Int
  private let weightOutputs: Int
  private let direction: Direction
  private let zeros: FloatBuffer

  /// Bytes of the inputs that are worked on at one time: a part of the second-level cache, the rest is for weights.
  private static let chunkByteCount = 128 << 10

  /// `nil` if this convolution cannot be computed so on maps in blocks of `block` channels.
  init?(
    _ convolution: Graph.Convolution, _ direction: Direction, batch: Int, height: Int, width: Int, block: Int
  ) {
    let inputs = convolution.inputChannels / convolution.groups, outputs = convolution.outputChannels / convolution.groups
    guard block == 8, winograd_available(), convolution.window == Graph.Window(kernel: 3, stride: 1, padding: 1),
      inputs % 8 == 0, outputs % 8 == 0
    else { return nil }
    self.batch = batch
    self.height = height
    self.width = width
    self.direction = direction
    groups = convolution.groups
    weightInputs = inputs
    weightOutputs = outputs
    zeros = FloatBuffer(count: max(convolution.inputChannels, convolution.outputChannels))
  }

  private var inputs: Int { direction == .forward ? weightInputs : weightOutputs }
  private var outputs: Int { direction == .forward ? weightOutputs : weightInputs }

  /// Floats of transformed weights, and of a group's turned ones behind them.
  var weightCount: Int { groups * packedCount + weightInputs * weightOutputs * 9 }
  private var packedCount: Int { winograd_packed_count(Int32(inputs), Int32(outputs)) }

  /// Floats of scratch memory.
  var scratchCount: Int {
    var native = unsafe native(weights: zeros.withPointer { unsafe $0 })
    return unsafe winograd_scratch_count(&native)
  }

  private func native(weights: Pointer) -> winograd_convolution {
    let layout = winograd_layout(pixel: 8, row: 8 * width, block: 8 * width * height)
    let tiles = ((height + 3) / 4 * ((width + 3) / 4) + 5) / 6 * 6
    let fitting = min(max(Self.chunkByteCount / (36 * 4 * inputs) / 6 * 6, 6), 96)
    return unsafe winograd_convolution(
      height: Int32(height), width: Int32(width), groups: Int32(groups), inputs: Int32(inputs),
      outputs: Int32(outputs), activation: Int32(WINOGRAD_LINEAR), chunk: Int32(min(fitting, tiles)), in: layout,
      out: layout, add: layout, weights: UnsafePointer(weights), bias: zeros.withPointer { unsafe UnsafePointer($0) })
  }

  /// Computes `destination` from `source` and `weights` (out × in × 3 × 3, one group after the other).
  ///
  /// `packed` has `weightCount` floats, `scratch` `scratchCount`.
  func run(weights: Pointer, source: Pointer, destination: Pointer, packed: Pointer, scratch: Pointer) {
    let size = weightInputs * weightOutputs * 9
    for group in 0..<groups {
      var plain = unsafe weights + group * size
      if direction == .sourceGradient {
        let turned = unsafe packed + groups * packedCount
        unsafe turn(plain, into: turned)
        unsafe plain = turned
      }
      unsafe winograd_pack(plain, Int32(inputs), Int32(outputs), packed + group * packedCount)
    }
    var native = unsafe native(weights: packed)
    let area = height * width * groups
    for image in 0..<batch {
      unsafe winograd_run(
        &native, source + image * area * inputs, destination + image * area * outputs, nil, scratch, 1)
    }
  }

  private func turn(_ weights: Pointer, into turned: Pointer) {
    for output in 0..<weightOutputs {
      for input in 0..<weightInputs {
        let from = unsafe weights + (output * weightInputs + input) * 9
        let to = unsafe turned + (input * weightOutputs + output) * 9
        for tap in 0..<9 { unsafe to[8 - tap] = from[tap] }
      }
    }
  }
}

extension NetworkRecorder {
  /// Records `convolution` in `direction` from `source` to `destination` if minimal filtering can compute it, and tells
  /// whether it could. `size` is that of the maps.
  mutating func recordMinimalFiltering(
    _ node: Graph.Node, _ convolution: Graph.Convolution, _ direction: MinimalFiltering.Direction,
    from source: Tape.SymbolID, to destination: Tape.SymbolID
  ) throws(OneDNNError) -> Bool {
    let size = sizes[node.id]
    guard
      let filtering = MinimalFiltering(
        convolution, direction, batch: batch, height: size.height, width: size.width, block: block)
    else { return false }
    let weights = try parameter(
      "\(convolution.parameters).weight", shape: weightShape(convolution), in: parameters)
    let packed = tape.symbol(try TensorLayout([filtering.weightCount]))
    let scratch = tape.symbol(try TensorLayout([filtering.scratchCount]))
    unsafe tape.run(
      "winograd", on: [weights, source, destination, packed, scratch],
      name: direction == .forward ? node.name : "\(node.name) source"
    ) {
      unsafe filtering.run(weights: $0[0], source: $0[1], destination: $0[2], packed: $0[3], scratch: $0[4])
    }
    return true
  }
}
