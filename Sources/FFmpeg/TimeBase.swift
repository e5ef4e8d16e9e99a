import CFFmpeg

/// The unit of a stream's timestamps: one tick is `numerator / denominator` seconds.
package struct TimeBase: Hashable, Sendable {
  /// Positive numerator.
  package let numerator: Int32
  /// Positive denominator.
  package let denominator: Int32

  /// Ticks of `numerator / denominator` seconds; `nil` unless both are positive.
  package init?(numerator: Int32, denominator: Int32) {
    guard numerator > 0, denominator > 0 else { return nil }
    self.numerator = numerator
    self.denominator = denominator
  }

  private init(trusted denominator: Int32) {
    numerator = 1
    self.denominator = denominator
  }

  /// 1/90000 s, the clock of MPEG and RTP.
  package static let video = TimeBase(trusted: 90_000)
  /// 1/1000000 s, libav's own.
  package static let microseconds = TimeBase(trusted: 1_000_000)

  init?(_ rational: AVRational) { self.init(numerator: rational.num, denominator: rational.den) }

  var rational: AVRational { AVRational(num: numerator, den: denominator) }

  /// `ticks` in seconds.
  package func seconds(of ticks: Int64) -> Double { Double(ticks) * Double(numerator) / Double(denominator) }

  /// The tick nearest to `seconds`, clamped to the range of `Int64`; 0 for NaN.
  package func ticks(at seconds: Double) -> Int64 {
    let exact = (seconds * Double(denominator) / Double(numerator)).rounded()
    if exact.isNaN { return 0 }
    if exact >= 0x1p62 { return 1 << 62 }
    return exact <= -0x1p62 ? -(1 << 62) : Int64(exact)
  }
}
