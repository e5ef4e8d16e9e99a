import GELAN
import Kernels
import OneDNN

/// Self-attention within windows, on tensors in plain order.
extension NetworkRecorder {
  mutating func forwardAttention(
    _ node: Graph.Node, _ operation: Graph.Attention
  ) throws(OneDNNError) -> Tape.SymbolID {
    let step = AttentionStep(
      operation, batch: batch, height: sizes[node.id].height, width: sizes[node.id].width)
    let source = try ordered(values[node.inputs[0]], .plain, name: node.name)
    let plain = tape.symbol(try layout(node, in: .plain))
    let scratch = tape.symbol(try TensorLayout([step.scratchCount]))
    unsafe tape.run("attention", on: [source, plain, scratch], name: node.name) {
      unsafe step.forward(source: $0[0], target: $0[1], scratch: $0[2])
    }
    kept[node.id] = .attention(step, source: source)
    return try ordered(plain, format, name: node.name)
  }

  mutating func backwardAttention(
    _ node: Graph.Node, _ operation: Graph.Attention, _ gradient: Tape.SymbolID
  ) throws(OneDNNError) {
    guard case .attention(let step, let source) = kept[node.id] else { return }
    let input = graph.nodes[node.inputs[0]]
    let outer = try ordered(gradient, .plain, name: node.name)
    let inner = tape.symbol(try layout(input, in: .plain))
    let scratch = tape.symbol(try TensorLayout([step.scratchCount]))
    unsafe tape.run("attention", on: [source, outer, inner, scratch], name: node.name) {
      unsafe step.backward(source: $0[0], outer: $0[1], inner: $0[2], scratch: $0[3])
    }
    add(try ordered(inner, format, name: node.name), to: input.id)
  }
}

/// Attention over a batch, forward and backward; plain order: batch × channels × height × width.
@safe
final class AttentionStep {
  typealias Pointer = UnsafeMutablePointer<Float>

  private let batch: Int
  /// Values of one image in the results.
  private let count: Int
  private var native: attention

  init(_ operation: Graph.Attention, batch: Int, height: Int, width: Int) {
    self.batch = batch
    count = operation.heads * operation.depth * height * width
    let plain = attention_order(group: 1, pixel: 1, step: height * width)
    native = attention(
      heads: Int32(operation.heads), depth: Int32(operation.depth), height: Int32(height),
      width: Int32(width),
      window: Int32(operation.window), in: plain, out: plain)
  }

  /// Size of the scratch memory in floats.
  var scratchCount: Int { unsafe attention_scratch(&native, 1) }

  func forward(source: Pointer, target: Pointer, scratch: Pointer) {
    for image in 0..<batch {
      unsafe attention_forward(
        &native, source + 3 * count * image, target + count * image, scratch, 1)
    }
  }

  func backward(source: Pointer, outer: Pointer, inner: Pointer, scratch: Pointer) {
    for image in 0..<batch {
      let start = 3 * count * image
      unsafe attention_backward(
        &native, source + start, outer + count * image, inner + start, scratch, 1)
    }
  }
}
