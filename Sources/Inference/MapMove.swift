import GELAN
import Kernels
import OneDNN

/// Pooling or upsampling of bf16 or u8 maps in blocks of eight channels, for which oneDNN has no fast kernels.
@safe
final class MapMove: NativeKernel {
  /// The operation.
  enum Operation {
    case pool(Graph.Window, isMaximum: Bool)
    case upsample(factor: Int)
  }

  private let operation: Operation
  private let threads: Int
  private let native: map_move
  var scratchByteCount: Int { 0 }
  var seesNeighbours: Bool { true }

  /// Moves `channels` channels of type `element` from `source` to `destination`.
  init(
    _ operation: Operation, _ element: MapElement, channels: Int, source: MapPlacement, destination: MapPlacement,
    threads: Int
  ) {
    self.operation = operation
    self.threads = threads
    native = map_move(
      element: element.native, blocks: Int32((channels + 7) / 8), height: Int32(destination.height),
      width: Int32(destination.width), in_height: Int32(source.height), in_width: Int32(source.width),
      in: source.layout, out: destination.layout)
  }

  var implementation: String {
    switch operation {
    case .pool: unsafe String(cString: move_pool_name())
    case .upsample: "upsample:copy"
    }
  }

  func run(
    source: TensorMemory, destination: TensorMemory, addend: TensorMemory?, scratch: TensorMemory,
    selection: TileSelection?
  ) {
    var native = native
    switch operation {
    case .pool(let window, let isMaximum):
      var window = map_window(
        kernel: Int32(window.kernel), stride: Int32(window.stride), padding: Int32(window.padding),
        is_maximum: isMaximum)
      unsafe move_pool(&native, &window, source.base, destination.base, Int32(threads))
    case .upsample(let factor):
      unsafe move_upsample(&native, Int32(factor), source.base, destination.base, Int32(threads))
    }
  }
}
