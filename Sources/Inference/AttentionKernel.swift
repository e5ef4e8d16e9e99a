import GELAN
import Kernels
import OneDNN

/// Self-attention within windows of an f32 map.
@safe
final class AttentionKernel: NativeKernel {
  private let native: attention
  private let threads: Int
  let scratchByteCount: Int
  var seesNeighbours: Bool { true }

  /// The kernel for maps of `height` × `width` in memory order `order`.
  init(
    _ operation: Graph.Attention, height: Int, width: Int, order: CompilationOptions.ChannelOrder,
    threads: Int
  ) {
    func memory(_ channels: Int) -> attention_order {
      switch order {
      case .blocked8: attention_order(group: 8, pixel: 8, step: 8 * height * width)
      case .channelsLast: attention_order(group: Int32(channels), pixel: channels, step: 0)
      }
    }
    let channels = operation.heads * operation.depth
    var native = attention(
      heads: Int32(operation.heads), depth: Int32(operation.depth), height: Int32(height),
      width: Int32(width),
      window: Int32(operation.window), in: memory(3 * channels), out: memory(channels))
    scratchByteCount =
      unsafe attention_scratch(&native, Int32(threads)) * MemoryLayout<Float>.stride
    self.native = native
    self.threads = threads
  }

  var implementation: String { unsafe String(cString: attention_name()) }

  func run(
    source: TensorMemory, destination: TensorMemory, addend: TensorMemory?, scratch: TensorMemory,
    selection: TileSelection?
  ) {
    var native = native
    func floats(_ memory: TensorMemory) -> UnsafeMutablePointer<Float> {
      unsafe memory.base.assumingMemoryBound(to: Float.self)
    }
    unsafe attention_forward(
      &native, floats(source), floats(destination), floats(scratch), Int32(threads))
  }
}
