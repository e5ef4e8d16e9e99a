import CPixelRows

/// The inner loops over one row of pixels: AVX2 if available, else plain Swift.
///
/// The plain form is the definition; both give the same bytes. Every output row has 32 elements of padding at its
/// end, and every planar source row can be read 32 elements past its end.
struct PixelRows {
  /// Layout of U and V relative to Y in one row.
  enum Chroma: Int32 {
    case full = 0
    case halved = 1
    case halvedInterleaved = 2
  }

  let usesVectors: Bool

  init(usesVectors: Bool = true) { self.usesVectors = usesVectors && pixel_rows_available() }

  /// Converts one row of YUV to planar RGB.
  func yuv(
    _ y: UnsafePointer<UInt8>, _ u: UnsafePointer<UInt8>, _ v: UnsafePointer<UInt8>, chroma: Chroma, width: Int,
    _ colour: YUVCoefficients, to rgb: PlanarRow<UInt8>
  ) {
    if usesVectors {
      var numbers = pixel_rows_colour(
        luma: colour.luma, red_v: colour.redV, green_u: colour.greenU, green_v: colour.greenV, blue_u: colour.blueU,
        black: colour.black)
      unsafe pixel_rows_yuv(y, u, v, chroma.rawValue, width, &numbers, rgb.r, rgb.g, rgb.b)
      return
    }
    let (black, lumaGain) = (Int32(colour.black), Int32(colour.luma))
    for x in 0..<width {
      let at = chroma == .full ? x : chroma == .halved ? x / 2 : x / 2 * 2
      let luma = unsafe ((Int32(y[x]) &* 8 &- black) &* lumaGain) >> 16
      let us = unsafe Int32(u[at]) &* 8 &- 1024
      let vs = unsafe Int32(v[at]) &* 8 &- 1024
      let green = ((us &* Int32(colour.greenU)) >> 16) &+ ((vs &* Int32(colour.greenV)) >> 16)
      unsafe rgb.r[x] = Self.byte(luma &+ ((vs &* Int32(colour.redV)) >> 16))
      unsafe rgb.g[x] = Self.byte(luma &+ green)
      unsafe rgb.b[x] = Self.byte(luma &+ ((us &* Int32(colour.blueU)) >> 16))
    }
  }

  @inline(__always)
  static func byte(_ value: Int32) -> UInt8 { UInt8(truncatingIfNeeded: min(max(value, 0), 255)) }

  /// Interleaved RGB to planes.
  func split(_ source: UnsafePointer<UInt8>, width: Int, to rgb: PlanarRow<UInt8>) {
    if usesVectors { return unsafe pixel_rows_split(source, width, rgb.r, rgb.g, rgb.b) }
    for x in 0..<width {
      unsafe rgb.r[x] = source[x * 3]
      unsafe rgb.g[x] = source[x * 3 + 1]
      unsafe rgb.b[x] = source[x * 3 + 2]
    }
  }

  /// Planes to interleaved RGB; writes exactly `width * 3` bytes.
  func interleave(_ rgb: PlanarRow<UInt8>, width: Int, to output: UnsafeMutablePointer<UInt8>) {
    if usesVectors { return unsafe pixel_rows_interleave(rgb.r, rgb.g, rgb.b, width, output) }
    for x in 0..<width {
      unsafe output[x * 3] = rgb.r[x]
      unsafe output[x * 3 + 1] = rgb.g[x]
      unsafe output[x * 3 + 2] = rgb.b[x]
    }
  }

  /// Horizontal bilinear interpolation of one channel: weighted sums with 4 fractional bits dropped, as in OpenCV.
  func shrink(_ source: UnsafePointer<UInt8>, by plan: ColumnPlan, to output: UnsafeMutablePointer<Int16>) {
    if usesVectors {
      return unsafe pixel_rows_shrink(
        source, plan.groups, Int32(plan.windows), plan.starts.base, plan.masks.base, plan.weights.base, output)
    }
    for x in 0..<plan.groups * 8 {
      let at = unsafe Int(plan.first.base[x])
      let left = unsafe Int32(source[at]) &* Int32(plan.weights.base[x * 2])
      let right = unsafe Int32(source[at + 1]) &* Int32(plan.weights.base[x * 2 + 1])
      unsafe output[x] = Int16(truncatingIfNeeded: (left &+ right) >> 4)
    }
  }

  /// Vertical bilinear interpolation of one channel.
  func blend(
    _ upper: UnsafePointer<Int16>, _ lower: UnsafePointer<Int16>, weights: (Int16, Int16), width: Int,
    to output: UnsafeMutablePointer<UInt8>
  ) {
    if usesVectors { return unsafe pixel_rows_blend(upper, lower, weights.0, weights.1, width, output) }
    for x in 0..<width {
      let above = unsafe (Int32(upper[x]) &* Int32(weights.0)) >> 16
      let below = unsafe (Int32(lower[x]) &* Int32(weights.1)) >> 16
      unsafe output[x] = Self.byte((above &+ below &+ 2) >> 2)
    }
  }

  /// Converts bytes to floats; writes exactly `count` floats.
  func widen(_ bytes: UnsafePointer<UInt8>, count: Int, to output: UnsafeMutablePointer<Float>) {
    if usesVectors { return unsafe pixel_rows_widen(bytes, count, output) }
    for x in 0..<count { unsafe output[x] = Float(bytes[x]) }
  }
}

/// One row of each of three channels, in one allocation with padding.
@safe
struct PlanarRow<Element: BitwiseCopyable> {
  private let memory: ScratchMemory<Element>
  @unsafe let r, g, b: UnsafeMutablePointer<Element>

  init(width: Int, of zero: Element) {
    let each = (width + 32 + 63) / 64 * 64
    memory = ScratchMemory(count: each * 3, of: zero)
    unsafe r = memory.base
    unsafe g = memory.base + each
    unsafe b = memory.base + each * 2
  }
}
