/// An sRGB colour, 0...255 per channel.
package struct Colour: Hashable, Sendable {
  /// Red, green and blue, 0...255.
  package var red, green, blue: UInt8

  /// A colour from its channels, 0...255.
  package init(red: UInt8, green: UInt8, blue: UInt8) {
    self.red = red
    self.green = green
    self.blue = blue
  }

  /// A colour from `0xRRGGBB`; higher bits are ignored.
  package init(hex: UInt32) {
    self.init(
      red: UInt8(truncatingIfNeeded: hex >> 16), green: UInt8(truncatingIfNeeded: hex >> 8),
      blue: UInt8(truncatingIfNeeded: hex))
  }

  /// Perceived brightness, 0...1: BT.709 weights on squared levels, close to sRGB's curve.
  package var brightness: Float {
    func linear(_ level: UInt8) -> Float { Float(level) * Float(level) / 65_025 }
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue)
  }

  /// Near-black or white, whichever is more readable on this colour.
  package var readableText: Colour { brightness > 0.3 ? Colour(hex: 0x0B0E12) : Colour(hex: 0xFFFFFF) }
}

/// A colour as samples of one layout, with its opacity.
package struct Ink: Hashable, Sendable {
  /// One sample per plane or, for `rgb24`, per channel.
  let samples: (UInt8, UInt8, UInt8)
  /// 0...256.
  let opacity: UInt16

  /// `colour` for images of `layout`; `opacity` 0...1.
  package init(_ colour: Colour, opacity: Float = 1, for layout: PixelLayout) {
    self.opacity = opacity > 0 ? UInt16((min(opacity, 1) * 256).rounded()) : 0
    guard layout.format != .rgb24 else {
      samples = (colour.red, colour.green, colour.blue)
      return
    }
    let (kr, kb): (Float, Float) =
      switch layout.colour.matrix {
      case .bt601: (0.299, 0.114)
      case .bt709: (0.2126, 0.0722)
      case .bt2020: (0.2627, 0.0593)
      }
    let (r, g, b) = (Float(colour.red), Float(colour.green), Float(colour.blue))
    let luma = kr * r + (1 - kr - kb) * g + kb * b
    let (cb, cr) = ((b - luma) / (2 * (1 - kb)), (r - luma) / (2 * (1 - kr)))
    func sample(_ value: Float) -> UInt8 { UInt8(min(max(value, 0), 255).rounded()) }
    samples =
      layout.colour.isFullRange
      ? (sample(luma), sample(128 + cb), sample(128 + cr))
      : (sample(16 + luma * 219 / 255), sample(128 + cb * 224 / 255), sample(128 + cr * 224 / 255))
  }

  /// Whether both inks give the same result.
  package static func == (a: Ink, b: Ink) -> Bool { a.samples == b.samples && a.opacity == b.opacity }

  /// Hashes what `==` compares.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(samples.0)
    hasher.combine(samples.1)
    hasher.combine(samples.2)
    hasher.combine(opacity)
  }
}
