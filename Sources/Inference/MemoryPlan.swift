/// Places tensors in one arena so that tensors that are alive at the same time do not overlap.
///
/// Greedy by size: the largest first, each at the lowest free offset. (Pisarchyk and Lee, "Efficient Memory Management
/// for Deep Neural Net Inference", 2020, find this close to optimal on convolutional networks.)
package struct MemoryPlan {
  /// One tensor.
  package struct Item {
    /// Its size in bytes.
    package var byteCount: Int
    /// The first and the last step that use it.
    package var lifetime: ClosedRange<Int>

    /// A tensor of `byteCount` bytes that is alive in the steps `lifetime`.
    package init(byteCount: Int, lifetime: ClosedRange<Int>) {
      self.byteCount = byteCount
      self.lifetime = lifetime
    }
  }

  /// Alignment in bytes: a cache line.
  package static let alignment = 64

  /// Offset of each item, in bytes.
  package let offsets: [Int]
  /// Size of the arena in bytes.
  package let byteCount: Int

  /// Plans the memory of `items`.
  package init(_ items: [Item]) {
    let alignment = Self.alignment
    var offsets = [Int](repeating: 0, count: items.count)
    var placed: [Int] = []
    var end = 0
    let order = items.indices.sorted {
      (items[$0].byteCount, items[$1].lifetime.lowerBound) > (items[$1].byteCount, items[$0].lifetime.lowerBound)
    }
    for index in order {
      let item = items[index]
      var offset = 0
      // `placed` is sorted by offset, so the first gap that fits is the lowest.
      for other in placed where items[other].lifetime.overlaps(item.lifetime) {
        if offset + item.byteCount <= offsets[other] { break }
        offset = max(offset, (offsets[other] + items[other].byteCount + alignment - 1) / alignment * alignment)
      }
      offsets[index] = offset
      end = max(end, offset + item.byteCount)
      let position = placed.firstIndex { offsets[$0] > offset } ?? placed.count
      placed.insert(index, at: position)
    }
    self.offsets = offsets
    byteCount = end
  }
}
