import CPixelRows

/// Rows of images with JPEG's conventions, in the arithmetic of libjpeg, with which most training and validation
/// images are decoded.
extension PixelRows {
  /// Upsamples a row of chroma.
  ///
  /// A sample is in the middle of its pixels, so a pixel is three quarters of the nearer row or column and one
  /// quarter of the farther; at the edge the nearer one counts for both.
  /// - Parameters:
  ///   - near: the row of chroma that the pixels belong to.
  ///   - far: the neighbouring row on the pixels' side; `near` itself without vertical subsampling.
  ///   - count: samples per row.
  ///   - sharing: which axes are subsampled, and which half of the sample the pixels are in.
  func spread(
    _ near: UnsafePointer<UInt8>, _ far: UnsafePointer<UInt8>, count: Int, sharing: ChromaSharing,
    to output: UnsafeMutablePointer<UInt8>
  ) {
    let (even, odd) = sharing.rounding
    if usesVectors {
      return unsafe pixel_rows_spread(near, far, count, sharing.isHalvedAcross, Int32(even), Int32(odd), output)
    }
    func sum(_ x: Int) -> Int { unsafe 3 * Int(near[x]) + Int(far[x]) }
    for x in 0..<count {
      if sharing.isHalvedAcross {
        unsafe output[x * 2] = UInt8((3 * sum(x) + sum(max(x - 1, 0)) + even) >> 4)
        unsafe output[x * 2 + 1] = UInt8((3 * sum(x) + sum(min(x + 1, count - 1)) + odd) >> 4)
      } else {
        unsafe output[x] = UInt8((sum(x) + even) >> 2)
      }
    }
  }

  /// Converts one row of full-range YUV without subsampling to planar RGB.
  func jpeg(
    _ y: UnsafePointer<UInt8>, _ u: UnsafePointer<UInt8>, _ v: UnsafePointer<UInt8>, width: Int,
    _ colour: JPEGCoefficients, to rgb: PlanarRow<UInt8>
  ) {
    if usesVectors {
      func factor(_ factor: JPEGCoefficients.Factor) -> pixel_rows_factor {
        pixel_rows_factor(whole: factor.whole, fraction: factor.fraction)
      }
      var factors = pixel_rows_factors(
        red_v: factor(colour.redV), green_u: factor(colour.greenU), green_v: factor(colour.greenV),
        blue_u: factor(colour.blueU))
      return unsafe pixel_rows_jpeg(y, u, v, width, &factors, rgb.r, rgb.g, rgb.b)
    }
    for x in 0..<width {
      let luma = unsafe Int32(y[x]), us = unsafe Int32(u[x]) &- 128, vs = unsafe Int32(v[x]) &- 128
      // Both of green's fractions are rounded together.
      let green = us &* Int32(colour.greenU.whole) &+ vs &* Int32(colour.greenV.whole)
      let fraction = us &* Int32(colour.greenU.fraction) &+ vs &* Int32(colour.greenV.fraction)
      unsafe rgb.r[x] = Self.byte(luma &+ colour.redV.times(vs))
      unsafe rgb.g[x] = Self.byte(luma &+ green &+ ((fraction &+ 32768) >> 16))
      unsafe rgb.b[x] = Self.byte(luma &+ colour.blueU.times(us))
    }
  }
}

/// How the pixels of one row share chroma.
struct ChromaSharing {
  /// Horizontal subsampling.
  let isHalvedAcross: Bool
  /// With vertical subsampling, whether the row is the lower one of its pair; `nil` without.
  let isLowerRow: Bool?

  /// Added before a sum (of 16 parts with horizontal subsampling, else of 4) is truncated: halves are rounded up in
  /// one pixel and down in its neighbour, so that the image does not become brighter. As in libjpeg.
  var rounding: (even: Int, odd: Int) {
    switch (isHalvedAcross, isLowerRow) {
    case (true, nil): (4, 8)
    case (true, _): (8, 7)
    case (false, true?): (2, 2)
    case (false, _): (1, 1)
    }
  }
}
