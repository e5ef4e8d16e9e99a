/// Zeroed, 64-byte aligned memory for `count` plain values.
///
/// Used instead of arrays to avoid exclusivity and bounds checks in the innermost loops; internal to this target.
@safe
final class ScratchMemory<Element: BitwiseCopyable>: @unchecked Sendable {
  @unsafe let base: UnsafeMutablePointer<Element>
  let count: Int

  init(count: Int, of zero: Element) {
    let bytes = (count * MemoryLayout<Element>.stride + 63) / 64 * 64
    let raw = UnsafeMutableRawPointer.allocate(byteCount: max(bytes, 64), alignment: 64)
    unsafe base = unsafe raw.bindMemory(to: Element.self, capacity: count)
    unsafe base.initialize(repeating: zero, count: count)
    self.count = count
  }

  convenience init(_ elements: [Element], of zero: Element) {
    self.init(count: elements.count, of: zero)
    for (index, element) in elements.enumerated() { unsafe base[index] = element }
  }

  deinit { unsafe UnsafeMutableRawPointer(base).deallocate() }
}
