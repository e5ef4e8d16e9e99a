import Imaging

extension RGBImage {
  /// Multiplies hue (modulo 1), saturation and value; saturation and value are clipped to their ranges.
  mutating func shiftColours(hue: Float, saturation: Float, value: Float) {
    guard hue != 1 || saturation != 1 || value != 1 else { return }
    let shift = ColourShift(hue: hue, saturation: saturation, value: value)
    unsafe bytes.withUnsafeMutableBufferPointer { pixels in
      var index = 0
      let step = ColourShift.width * 3
      while index < pixels.count {
        let lanes = min(ColourShift.width, (pixels.count - index) / 3)
        var red = ColourShift.Lanes.zero, green = ColourShift.Lanes.zero, blue = ColourShift.Lanes.zero
        for lane in 0..<lanes {
          unsafe red[lane] = Float(pixels[index + lane * 3])
          unsafe green[lane] = Float(pixels[index + lane * 3 + 1])
          unsafe blue[lane] = Float(pixels[index + lane * 3 + 2])
        }
        shift.apply(&red, &green, &blue)
        let r = VectorMath.bytes(red), g = VectorMath.bytes(green), b = VectorMath.bytes(blue)
        for lane in 0..<lanes {
          unsafe pixels[index + lane * 3] = UInt8(truncatingIfNeeded: r[lane])
          unsafe pixels[index + lane * 3 + 1] = UInt8(truncatingIfNeeded: g[lane])
          unsafe pixels[index + lane * 3 + 2] = UInt8(truncatingIfNeeded: b[lane])
        }
        index += step
      }
    }
  }
}

/// Changes hue, saturation and value of eight pixels at a time, without branches.
struct ColourShift {
  typealias Lanes = SIMD8<Float>
  static let width = 8

  var hue: Float
  var saturation: Float
  var value: Float

  /// Changes colours in 0...255.
  func apply(_ red: inout Lanes, _ green: inout Lanes, _ blue: inout Lanes) {
    let high = pointwiseMax(red, pointwiseMax(green, blue)), low = pointwiseMin(red, pointwiseMin(green, blue))
    let spread = high - low
    let safe = spread.replacing(with: 1, where: spread .<= 0)
    var sector = 4 + (red - green) / safe
    sector.replace(with: 2 + (blue - red) / safe, where: high .== green)
    sector.replace(with: (green - blue) / safe, where: high .== red)
    sector.replace(with: sector + 6, where: sector .< 0)
    sector *= hue
    sector.replace(with: sector - 6, where: sector .>= 6)
    let peak = high.replacing(with: 1, where: high .<= 0)
    let s = pointwiseMin(spread / peak * saturation, Lanes.one)
    let v = pointwiseMin(high * value, Lanes(repeating: 255))
    // Each channel is the value minus the saturated share of a trapezium over the hue circle.
    func channel(_ offset: Float) -> Lanes {
      var k = sector + offset
      k.replace(with: k - 6, where: k .>= 6)
      let edge = pointwiseMin(k, 4 - k).clamped(lowerBound: .zero, upperBound: .one)
      return v - v * s * edge
    }
    red = channel(5)
    green = channel(3)
    blue = channel(1)
  }
}
