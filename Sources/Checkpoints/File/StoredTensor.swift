public import GELAN

/// A tensor that is still in its file: what it is called for is known and checked, its numbers are read when asked for.
public struct StoredTensor: Sendable {
  /// Extent of each axis, outermost first; empty for a single number.
  public let shape: [Int]
  /// How its numbers are written.
  public let elementType: ElementType

  /// Product of the extents.
  public let elementCount: Int
  /// Distance in elements between neighbours of each axis; `nil` when the numbers lie in order.
  private let strides: [Int]?
  private let file: FileBytes
  /// Position in the file of element (0, 0, …).
  private let byteOffset: Int
  /// Elements from the first to the last one used, in storage order.
  private let span: Int

  /// A tensor of `shape` whose first element is element `offset` of a storage of `storageCount` elements at byte
  /// `storageOffset` of `file`. `strides` in elements, `nil` for row-major order. Checks every bound.
  init(
    shape: [Int], strides: [Int]? = nil, elementType: ElementType, file: FileBytes, storageOffset: Int,
    storageCount: Int, offset: Int = 0
  ) throws(ModelError) {
    guard let elementCount = Self.product(shape) else {
      throw ModelError(.damaged, "states a tensor of impossible shape \(Self.text(of: shape))")
    }
    var span = elementCount
    var inOrder = true
    if let strides, elementCount > 0 {
      guard strides.count == shape.count, strides.allSatisfy({ $0 >= 0 }) else {
        throw ModelError(.damaged, "states a tensor with impossible strides")
      }
      var dense = 1
      var last = 0
      for (extent, stride) in zip(shape, strides).reversed() where extent != 1 {
        if stride != dense { inOrder = false }
        dense *= extent
        let (reach, overflow) = (extent - 1).multipliedReportingOverflow(by: stride)
        let (sum, carry) = last.addingReportingOverflow(reach)
        guard !overflow, !carry else { throw ModelError(.damaged, "states a tensor with impossible strides") }
        last = sum
      }
      guard last < Int.max else { throw ModelError(.damaged, "states a tensor with impossible strides") }
      span = last + 1
    }
    // A tensor that repeats its storage would let a few bytes stand for gigabytes.
    guard offset >= 0, storageCount >= 0, offset <= storageCount, span <= storageCount - offset,
      elementCount <= storageCount
    else {
      throw ModelError(
        .damaged, "states a tensor \(Self.text(of: shape)) larger than its storage of \(storageCount) elements")
    }
    let (bytes, overflow) = storageCount.multipliedReportingOverflow(by: elementType.byteCount)
    guard !overflow else { throw ModelError(.damaged, "states a storage of impossible size \(storageCount)") }
    try file.require(offset: storageOffset, count: bytes)
    self.shape = shape
    self.strides = inOrder ? nil : strides
    self.elementType = elementType
    self.elementCount = elementCount
    self.file = file
    self.span = span
    byteOffset = storageOffset + offset * elementType.byteCount
  }

  /// All numbers in row-major order, widened to single precision. An error if the file cannot be read or if a number
  /// is not finite.
  public func floats() throws(ModelError) -> [Float] {
    let stored = try storedFloats()
    guard let strides else { return stored }
    return unsafe [Float](unsafeUninitializedCapacity: elementCount) { target, initialized in
      var index = [Int](repeating: 0, count: shape.count)
      var position = 0
      for element in 0..<elementCount {
        unsafe target.initializeElement(at: element, to: stored[position])
        // Count up like an odometer, moving the position along with the digits.
        var axis = shape.count - 1
        while axis >= 0 {
          index[axis] += 1
          position += strides[axis]
          if index[axis] < shape[axis] { break }
          position -= index[axis] * strides[axis]
          index[axis] = 0
          axis -= 1
        }
      }
      initialized = elementCount
    }
  }

  /// The numbers from the first to the last in the order of the file.
  private func storedFloats() throws(ModelError) -> [Float] {
    var failure: ModelError?
    let width = elementType.byteCount
    let values = unsafe [Float](unsafeUninitializedCapacity: span) { target, initialized in
      initialized = 0
      // A small window keeps the bytes in cache and the file out of memory.
      let window = min(span, 16_384)
      unsafe withUnsafeTemporaryAllocation(byteCount: max(window * width, 1), alignment: 8) { scratch in
        do throws(ModelError) {
          while initialized < span {
            let count = min(window, span - initialized)
            let bytes = unsafe UnsafeMutableRawBufferPointer(rebasing: scratch[..<(count * width)])
            unsafe try file.read(at: byteOffset + initialized * width, into: bytes)
            let part = unsafe UnsafeMutableBufferPointer(rebasing: target[initialized..<(initialized + count)])
            let finite = unsafe elementType.widen(UnsafeRawBufferPointer(bytes), into: part)
            initialized += count
            guard finite else { throw ModelError(.notFinite, "holds a value that is infinite or not a number") }
          }
        } catch { failure = error }
      }
    }
    if let failure { throw failure }
    return values
  }

  /// Product of extents, `nil` if one is negative or the product does not fit.
  static func product(_ shape: [Int]) -> Int? {
    var product = 1
    for extent in shape {
      let (next, overflow) = product.multipliedReportingOverflow(by: extent)
      guard extent >= 0, !overflow else { return nil }
      product = next
    }
    return product
  }

  /// A shape as people write it: `64x64x1x1`.
  static func text(of shape: [Int]) -> String {
    shape.isEmpty ? "of one number" : shape.map(String.init).joined(separator: "x")
  }
}
