import GELAN
import Kernels
import OneDNN

/// A 3×3 convolution of stride 1 over a batch by a kernel of this package: forward, or the gradient of its input.
///
/// Weights change with every optimiser step, so they are packed each time; for a batch that costs little compared to
/// the convolution.
@safe
final class ConvolutionStep {
  /// Forward, or backward to the input.
  enum Direction { case forward, back }

  typealias Pointer = UnsafeMutablePointer<Float>

  private let batch: Int
  private let groups: Int
  /// Input and output channels of one group.
  private let inputs: Int
  private let outputs: Int
  private let direction: Direction
  private let kernel: UnsafePointer<kernel>
  private var native: convolution

  /// A step for `source` on tensors in blocks of eight channels; `nil` if no kernel supports it and oneDNN is used.
  init?(_ source: Graph.Convolution, _ direction: Direction, batch: Int, height: Int, width: Int) {
    guard source.window == Graph.Window(kernel: 3, stride: 1, padding: 1), source.normalisation != nil else {
      return nil
    }
    self.batch = batch
    self.direction = direction
    groups = source.groups
    let read = source.inputChannels / groups, made = source.outputChannels / groups
    (inputs, outputs) = direction == .forward ? (read, made) : (made, read)
    let layout = map_layout(pixel: 8, row: 8 * width, block: 8 * width * height)
    unsafe native = convolution()
    unsafe (native.height, native.width) = (Int32(height), Int32(width))
    unsafe (native.in_height, native.in_width) = (Int32(height), Int32(width))
    unsafe (native.groups, native.inputs, native.outputs) = (Int32(groups), Int32(inputs), Int32(outputs))
    unsafe (native.kernel, native.stride, native.padding) = (3, 1, 1)
    unsafe (native.in, native.out, native.add) = (layout, layout, layout)
    guard let kernel = unsafe kernel_choose(&native, this_processor().pointee.usable) else { return nil }
    unsafe self.kernel = kernel
  }

  /// Size of the packed weights in floats.
  var packedCount: Int { unsafe convolution_prepared_size(kernel, &native) / MemoryLayout<Float>.stride }

  /// Size of the scratch memory in floats.
  var scratchCount: Int {
    unsafe (convolution_scratch_size(kernel, &native, 1) + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride
  }

  /// `source` → `target`, both batch × channels × height × width in blocks of eight channels. `weights` are out × in
  /// × 3 × 3 of the forward convolution; `packed` and `scratch` are working memory.
  func run(source: Pointer, weights: Pointer, target: Pointer, packed: Pointer, scratch: Pointer) {
    var filters = unsafe filters(
      values: weights, group: outputs * inputs * 9, output: (direction == .forward ? inputs : 1) * 9,
      input: (direction == .forward ? 1 : outputs) * 9, is_rotated: direction == .back)
    unsafe convolution_prepare(kernel, &native, &filters, nil, nil, packed)
    let positions = unsafe Int(native.height * native.width) * groups
    unsafe withUnsafePointer(to: native) { native in
      for image in 0..<batch {
        var call = unsafe convolution_call(
          convolution: native, in: source + image * positions * inputs, add: nil,
          out: target + image * positions * outputs, tiles: .init())
        unsafe convolution_run(kernel, &call, scratch, 1)
      }
    }
  }
}

extension NetworkRecorder {
  /// Records `convolution` at `node` on a kernel of this package; returns false if none supports it.
  mutating func recordConvolution(
    _ convolution: Graph.Convolution, _ direction: ConvolutionStep.Direction, at node: Graph.Node,
    from source: Tape.SymbolID, into target: Tape.SymbolID, name: String
  ) throws(OneDNNError) -> Bool {
    guard format == .blocked8,
      let step = ConvolutionStep(
        convolution, direction, batch: batch, height: sizes[node.id].height, width: sizes[node.id].width)
    else { return false }
    let weights = try parameter("\(convolution.parameters).weight", shape: convolution.weightShape, in: parameters)
    let packed = tape.symbol(try TensorLayout([step.packedCount]))
    let scratch = tape.symbol(try TensorLayout([step.scratchCount]))
    unsafe tape.run("winograd", on: [source, weights, target, packed, scratch], name: name) {
      unsafe step.run(source: $0[0], weights: $0[1], target: $0[2], packed: $0[3], scratch: $0[4])
    }
    return true
  }
}
