/// Fixed-point coefficients from chroma to red, green and blue by JPEG's conventions.
///
/// The BT.601 factors are those of all JPEG libraries (five decimals in the JFIF specification, `jdcolor.c` of
/// libjpeg), so results are bit-exact.
struct JPEGCoefficients: Hashable, Sendable {
  /// A factor `whole + fraction / 65536`.
  struct Factor: Hashable, Sendable {
    let whole, fraction: Int16

    init(_ value: Double) {
      let parts = Int((value * 65536).rounded())
      whole = Int16((parts + 32768) >> 16)
      fraction = Int16(truncatingIfNeeded: parts)
    }

    /// `sample` times this; the fraction is rounded to nearest, halves up.
    func times(_ sample: Int32) -> Int32 { sample &* Int32(whole) &+ ((sample &* Int32(fraction) &+ 32768) >> 16) }
  }

  let redV, greenU, greenV, blueU: Factor

  init(_ matrix: ColourEncoding.Matrix) {
    let (rv, gu, gv, bu) =
      switch matrix {
      case .bt601: (1.402, -0.34414, -0.71414, 1.772)
      case .bt709: (1.5748, -0.18732, -0.46812, 1.8556)
      case .bt2020: (1.4746, -0.16455, -0.57135, 1.8814)
      }
    (redV, greenU, greenV, blueU) = (Factor(rv), Factor(gu), Factor(gv), Factor(bu))
  }
}
