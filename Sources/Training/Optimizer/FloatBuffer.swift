package import OneDNN

/// A fixed-size buffer of floats, aligned to a cache line, at a stable address, so that oneDNN tensors can use it.
@safe package final class FloatBuffer: @unchecked Sendable {
  /// The memory, for tensors that are views of it.
  package let arena: Arena
  private let storage: UnsafeMutableBufferPointer<Float>

  /// A buffer of `count` zeros.
  package init(count: Int) {
    arena = Arena(byteCount: max(count, 1) * 4)
    unsafe storage = arena.bytes.bindMemory(to: Float.self)
    self.count = count
  }

  /// Number of floats.
  package let count: Int

  /// The float at `index`.
  package subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "a float buffer is read inside its bounds")
      return unsafe storage[index]
    }
    set {
      precondition(index >= 0 && index < count, "a float buffer is written inside its bounds")
      unsafe storage[index] = newValue
    }
  }

  /// A copy of `range`.
  package func values(_ range: Range<Int>) -> [Float] {
    precondition(range.lowerBound >= 0 && range.upperBound <= count, "a float buffer is read inside its bounds")
    return unsafe Array(UnsafeBufferPointer(rebasing: storage[range]))
  }

  /// Copies `values` to the buffer from `start` on.
  package func write(_ values: [Float], at start: Int = 0) {
    precondition(start >= 0 && start + values.count <= count, "a float buffer is written inside its bounds")
    unsafe values.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress, let target = unsafe storage.baseAddress else { return }
      unsafe (target + start).update(from: base, count: source.count)
    }
  }

  /// Sets every float to `value`.
  package func fill(_ value: Float) { unsafe storage.update(repeating: value) }

  /// Calls `body` with the memory, which is valid as long as the buffer lives.
  @unsafe
  func withPointer<R>(_ body: (UnsafeMutablePointer<Float>) -> R) -> R {
    guard let base = unsafe storage.baseAddress else { preconditionFailure("a float buffer has memory") }
    return unsafe body(base)
  }

  func add(_ other: FloatBuffer) {
    unsafe withPointer { mine in
      unsafe other.withPointer { theirs in
        for index in 0..<count { unsafe mine[index] += theirs[index] }
      }
    }
  }
}
