import Synchronization

/// A pool of a fixed number of images of one layout.
///
/// A `PixelBuffer` returns its slot when it is destroyed, on any thread, so the memory of a stream is bounded by
/// `capacity` images. Memory is allocated when a slot is first used and freed with the pool and its last buffer.
package final class PixelPool: Sendable {
  /// Size, format and colours of every image.
  package let layout: PixelLayout
  /// Number of slots.
  package let capacity: Int
  private let state: Mutex<State>

  private struct State {
    var idle: [ScratchMemory<UInt8>] = []
    var lent = 0
  }

  /// A pool of `capacity` images; fails with `badSize` for a layout without pixels.
  package init(layout: PixelLayout, capacity: Int) throws(ImagingError) {
    try layout.checkSize()
    self.layout = layout
    self.capacity = max(1, capacity)
    state = Mutex(State())
  }

  /// Number of images in use.
  package var lent: Int { state.withLock { $0.lent } }

  /// An image with undefined content; `nil` if all slots are in use.
  package func take() -> PixelBuffer? {
    let slot: ScratchMemory<UInt8>?? = state.withLock { state in
      guard state.lent < capacity else { return nil }
      state.lent += 1
      return .some(state.idle.popLast())
    }
    guard let slot else { return nil }
    let memory = slot ?? ScratchMemory(count: layout.bytes, of: 0)
    return unsafe PixelBuffer(
      layout: layout, planes: layout.planes(in: memory.base), keeper: Slot(pool: self, memory: memory))
  }

  /// A copy of `image` for drawing; `nil` if all slots are in use. Fails with `mismatch` for another layout.
  ///
  /// A decoder may still predict from a frame it returned: drawing on it would show in later frames.
  package func copy(of image: borrowing PixelBuffer) throws(ImagingError) -> PixelBuffer? {
    guard image.layout == layout else {
      throw ImagingError(.mismatch, "a pool of \(layout.summary) was given an image of \(image.layout.summary)")
    }
    guard let copy = take() else { return nil }
    image.withView { from in
      copy.withView { to in
        for plane in 0..<layout.format.planeCount {
          let size = layout.planeSize(plane)
          for y in 0..<size.rows {
            let row = unsafe from.planes[plane].base + y * from.planes[plane].stride
            unsafe (to.planes[plane].base + y * to.planes[plane].stride).update(from: row, count: size.rowBytes)
          }
        }
      }
    }
    return copy
  }

  fileprivate func giveBack(_ memory: ScratchMemory<UInt8>) {
    state.withLock { state in
      state.lent -= 1
      state.idle.append(memory)
    }
  }

  /// The keeper of an image; returns the memory when it is destroyed.
  private final class Slot: Sendable {
    let pool: PixelPool
    let memory: ScratchMemory<UInt8>
    init(pool: PixelPool, memory: ScratchMemory<UInt8>) {
      self.pool = pool
      self.memory = memory
    }
    deinit { pool.giveBack(memory) }
  }
}

extension PixelLayout {
  /// Stride of plane `index` in pooled memory: whole cache lines.
  private func pooledStride(_ index: Int) -> Int { (planeSize(index).rowBytes + 63) / 64 * 64 }

  /// Bytes of all planes in pooled memory, with padding for vector reads past the last row.
  fileprivate var bytes: Int {
    (0..<format.planeCount).reduce(64) { $0 + pooledStride($1) * planeSize($1).rows }
  }

  /// The planes, consecutive from `base` on.
  fileprivate func planes(in base: UnsafeMutablePointer<UInt8>) -> [ImageView.Plane] {
    var offset = 0
    return (0..<format.planeCount).map { index in
      defer { offset += pooledStride(index) * planeSize(index).rows }
      return unsafe ImageView.Plane(base: base + offset, stride: pooledStride(index))
    }
  }
}

extension PixelBuffer {
  /// An image with its own zeroed memory; for stills and tests. Fails with `badSize`.
  package init(layout: PixelLayout) throws(ImagingError) {
    guard let buffer = try PixelPool(layout: layout, capacity: 1).take() else {
      throw ImagingError(.outOfMemory, "a new pool of one image had none to give")
    }
    self = buffer
  }
}
