extension ElementType {
  /// Widens numbers to single precision.
  ///
  /// `source` holds whole elements of this type, `target` as many floats. Returns whether all of them are finite as
  /// floats; a double beyond the range of single precision is not.
  @unsafe
  func widen(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) -> Bool {
    switch self {
    case .float16: return unsafe widenHalf(source, into: target)
    case .bfloat16:
      return unsafe widen(source, as: UInt16.self, into: target) { Float(bitPattern: UInt32($0) << 16) }
    case .float32: return unsafe widen(source, as: UInt32.self, into: target) { Float(bitPattern: $0) }
    case .float64: return unsafe widen(source, as: UInt64.self, into: target) { Float(Double(bitPattern: $0)) }
    case .int64: return unsafe widen(source, as: Int64.self, into: target) { Float($0) }
    case .int32: return unsafe widen(source, as: Int32.self, into: target) { Float($0) }
    case .int16: return unsafe widen(source, as: Int16.self, into: target) { Float($0) }
    case .int8: return unsafe widen(source, as: Int8.self, into: target) { Float($0) }
    case .uint64: return unsafe widen(source, as: UInt64.self, into: target) { Float($0) }
    case .uint32: return unsafe widen(source, as: UInt32.self, into: target) { Float($0) }
    case .uint16: return unsafe widen(source, as: UInt16.self, into: target) { Float($0) }
    case .uint8, .boolean: return unsafe widen(source, as: UInt8.self, into: target) { Float($0) }
    }
  }

  @inline(__always)
  private func widen<Raw: BitwiseCopyable>(
    _ source: UnsafeRawBufferPointer, as type: Raw.Type, into target: UnsafeMutableBufferPointer<Float>,
    _ convert: (Raw) -> Float
  ) -> Bool {
    var unusual: UInt32 = 0
    for index in 0..<target.count {
      let raw = unsafe source.loadUnaligned(fromByteOffset: index &* MemoryLayout<Raw>.size, as: Raw.self)
      let value = convert(raw)
      // All exponent bits set is infinity or no number; one flag for the whole tensor keeps the loop free of branches.
      unusual |= value.bitPattern & 0x7F80_0000 == 0x7F80_0000 ? 1 : 0
      unsafe target[index] = value
    }
    return unusual == 0
  }

  /// IEEE half to single precision without the hardware instruction, which the baseline processor lacks: the bits
  /// shifted into place are off by the difference of the exponent biases, which one exact multiplication makes good,
  /// for subnormal numbers too.
  private func widenHalf(_ source: UnsafeRawBufferPointer, into target: UnsafeMutableBufferPointer<Float>) -> Bool {
    var unusual: UInt32 = 0
    for index in 0..<target.count {
      let half = UInt32(unsafe source.loadUnaligned(fromByteOffset: index &* 2, as: UInt16.self))
      let scaled = Float(bitPattern: (half & 0x7FFF) << 13) * 0x1p112
      let infinite: UInt32 = half & 0x7C00 == 0x7C00 ? 0x7F80_0000 : 0
      unusual |= infinite
      unsafe target[index] = Float(bitPattern: scaled.bitPattern | infinite | (half & 0x8000) << 16)
    }
    return unusual == 0
  }

  /// Whether a finite `value` is an IEEE half exactly: eleven significant bits, or a multiple of 2^-24 where it is small.
  static func isHalf(_ value: Float) -> Bool {
    if abs(value) < 0x1p-14 { return (value * 0x1p24).rounded() == value * 0x1p24 }
    return abs(value) <= 65504 && value.bitPattern & 0x1FFF == 0
  }

  /// The nearest IEEE half of `value`, ties to even; what is too large becomes infinite.
  static func half(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    let sign = UInt16(truncatingIfNeeded: bits >> 16) & 0x8000
    let magnitude = bits & 0x7FFF_FFFF
    if magnitude > 0x7F80_0000 { return sign | 0x7E00 }
    // 65520 is half way between the largest half and the next step, and rounds up out of range.
    if magnitude >= 0x477F_F000 { return sign | 0x7C00 }
    if magnitude < 0x3880_0000 {
      // Below the smallest normal half: adding 0.5 leaves the rounded multiple of 2^-24 in the low bits.
      return sign | UInt16(truncatingIfNeeded: (Float(bitPattern: magnitude) + 0.5).bitPattern &- 0x3F00_0000)
    }
    let odd = (magnitude >> 13) & 1
    return sign | UInt16(truncatingIfNeeded: (magnitude &- 0x3800_0000 &+ 0xFFF &+ odd) >> 13)
  }
}
