/// Fixed-point coefficients from YUV to RGB of FFmpeg's scaler, so that results are bit-exact.
///
/// Samples are scaled by 8, coefficients by 2^13, and the upper 16 bits of each product are kept
/// (`libswscale/yuv2rgb.c`).
struct YUVCoefficients: Hashable, Sendable {
  let luma, redV, greenU, greenV, blueU, black: Int16

  init(_ colour: ColourEncoding) {
    let (crv, cbu, cgu, cgv) =
      switch colour.matrix {
      case .bt601: (104_597, 132_201, 25_675, 53_279)
      case .bt709: (117_489, 138_438, 13_975, 34_925)
      case .bt2020: (110_013, 140_363, 12_277, 42_626)
      }
    func rounded(_ value: Int) -> Int16 { Int16(clamping: ((value << 13) + (1 << 15)) >> 16) }
    func chroma(_ value: Int) -> Int16 { rounded(colour.isFullRange ? value * 224 / 255 : value) }
    luma = rounded(colour.isFullRange ? 1 << 16 : (1 << 16) * 255 / 219)
    redV = chroma(crv)
    greenU = chroma(-cgu)
    greenV = chroma(-cgv)
    blueU = chroma(cbu)
    black = colour.isFullRange ? 0 : 16 << 3
  }
}
