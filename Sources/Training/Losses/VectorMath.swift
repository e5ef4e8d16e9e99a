/// Vectorised exponential and logarithm, accurate to about 2 ulp (polynomials of the Cephes library).
enum VectorMath {
  /// e^x for each lane; underflows to the smallest normal number and saturates near the largest finite one.
  @inline(__always)
  static func exp<V: SIMD>(_ x: V) -> V where V: ExponentiableVector, V.Scalar == Float {
    let clamped = x.clamped(lowerBound: V(repeating: -87.3), upperBound: V(repeating: 88.3))
    // Adding 1.5 · 2^23 rounds to the nearest integer and leaves it in the low bits.
    let magic = V(repeating: 12_582_912)
    let shifted = clamped * 1.442_695_04 + magic
    let whole = shifted - magic
    var r = clamped - whole * 0.693_359_375
    r -= whole * -2.121_944_40e-4
    var p = V(repeating: 1.987_569_15e-4)
    p = p * r + 1.398_199_95e-3
    p = p * r + 8.333_451_9e-3
    p = p * r + 4.166_579_6e-2
    p = p * r + 1.666_666_55e-1
    p = p * r + 5.000_000_1e-1
    p = p * (r * r) + r + 1
    return p * V.powerOfTwo(magicBits: shifted)
  }

  /// Each lane, 0...255, rounded to the nearest integer.
  @inline(__always)
  static func bytes(_ x: SIMD8<Float>) -> SIMD8<UInt32> {
    // Adding 1.5 · 2^23 rounds to the nearest integer and leaves it in the low bits.
    unsafe unsafeBitCast(x + 12_582_912, to: SIMD8<UInt32>.self) & 255
  }
}

/// A vector whose lanes can be scaled by powers of two through their exponent bits.
protocol ExponentiableVector {
  /// Two to the power of the integer in the low bits of `magicBits` (see `exp`).
  static func powerOfTwo(magicBits: Self) -> Self
}

extension SIMD16<Float>: ExponentiableVector {
  @inline(__always)
  static func powerOfTwo(magicBits: Self) -> Self {
    let bits = unsafe unsafeBitCast(magicBits, to: SIMD16<Int32>.self)
    return unsafe unsafeBitCast((bits &+ 127) &<< 23, to: Self.self)
  }
}

extension SIMD8<Float>: ExponentiableVector {
  @inline(__always)
  static func powerOfTwo(magicBits: Self) -> Self {
    let bits = unsafe unsafeBitCast(magicBits, to: SIMD8<Int32>.self)
    return unsafe unsafeBitCast((bits &+ 127) &<< 23, to: Self.self)
  }
}
