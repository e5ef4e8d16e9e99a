import COneDNN

/// A tensor: a layout and the memory it describes.
@safe
package final class TensorMemory: @unchecked Sendable {
  /// Shape, type and memory format.
  package let layout: TensorLayout
  let handle: dnnl_memory_t
  private let engine: Engine
  // Keeps the memory alive: a shared arena, or one of this tensor's own.
  private let arena: Arena

  /// A tensor with its own memory, filled with zeros.
  package convenience init(_ layout: TensorLayout, on engine: Engine) throws(OneDNNError) {
    try self.init(layout, in: Arena(byteCount: layout.byteCount), at: 0, on: engine)
  }

  /// A tensor that starts `offset` bytes into `arena`.
  package init(_ layout: TensorLayout, in arena: Arena, at offset: Int, on engine: Engine) throws(OneDNNError) {
    guard offset >= 0, offset + layout.byteCount <= arena.byteCount else {
      throw OneDNNError(code: .invalidArguments, attempt: "a tensor of \(layout.byteCount) bytes at \(offset)")
    }
    var handle: dnnl_memory_t?
    unsafe try check(
      yolostream_memory_new(&handle, layout.handle, engine.handle, arena.base + offset), "memory of a tensor")
    unsafe self.handle = handle!
    self.layout = layout
    self.engine = engine
    self.arena = arena
    unsafe self.base = arena.base + offset
  }

  deinit { unsafe dnnl_memory_destroy(handle) }

  /// First byte.
  @unsafe package let base: UnsafeMutableRawPointer

  /// Calls `body` with the elements in memory order, padding included.
  package func withElements<T: BitwiseCopyable, R>(of type: T.Type, _ body: (UnsafeMutableBufferPointer<T>) throws -> R)
    rethrows -> R
  {
    let count = layout.byteCount / MemoryLayout<T>.stride
    return unsafe try body(.init(start: base.assumingMemoryBound(to: T.self), count: count))
  }

  /// The elements of an f32 tensor in memory order.
  package var floats: [Float] { unsafe withElements(of: Float.self) { unsafe Array($0) } }

  /// Writes `values` to the first elements of an f32 tensor in memory order; traps if there are more values than
  /// elements.
  package func fill(with values: [Float]) {
    unsafe withElements(of: Float.self) { elements in
      unsafe values.withUnsafeBufferPointer { values in
        precondition(values.count <= elements.count, "more values than the tensor has elements")
        guard let first = values.baseAddress else { return }
        unsafe elements.baseAddress?.update(from: first, count: values.count)
      }
    }
  }

  /// A tensor with another layout on the same memory.
  package func view(_ layout: TensorLayout) throws(OneDNNError) -> TensorMemory {
    try TensorMemory(layout, in: arena, at: unsafe base - arena.base, on: engine)
  }
}

/// A block of memory in which tensors are placed; page-aligned and filled with zeros.
@safe
package final class Arena: @unchecked Sendable {
  /// Size in bytes.
  package let byteCount: Int
  let base: UnsafeMutableRawPointer

  /// Allocates `byteCount` bytes.
  package init(byteCount: Int) {
    self.byteCount = max(byteCount, 64)
    unsafe base = .allocate(byteCount: self.byteCount, alignment: 4096)
    unsafe base.initializeMemory(as: UInt8.self, repeating: 0, count: self.byteCount)
  }

  deinit { unsafe base.deallocate() }
}
