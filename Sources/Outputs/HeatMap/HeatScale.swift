import Imaging

/// The colours of a heat map, from dark violet through red to yellow.
///
/// Perceptually even: the stops are equally far apart in OKLab on a path whose lightness rises from 0.30 to 0.93 while the hue
/// turns from 285° to 105°, as colourful as sRGB permits. So equal differences in time look equal, also without colours.
enum HeatScale {
  private static let stops: [Colour] = [
    0x2D0E77, 0x441281, 0x5C1587, 0x741889, 0x8C1C86, 0xA32381, 0xB82C78, 0xCB376D, 0xDD4460, 0xEC5551, 0xF46B45,
    0xF88243, 0xF89A48, 0xF9B050, 0xFBC658, 0xFBDB55, 0xFAEE45,
  ].map { Colour(hex: $0) }

  /// The colour of `level`, 0...1; levels outside have the colour of the nearest end.
  static func colour(at level: Double) -> Colour {
    let place = min(max(level, 0), 1) * Double(stops.count - 1)
    let index = min(Int(place), stops.count - 2)
    let share = place - Double(index)
    func mix(_ channel: KeyPath<Colour, UInt8>) -> UInt8 {
      let low = Double(stops[index][keyPath: channel]), high = Double(stops[index + 1][keyPath: channel])
      return UInt8((low + (high - low) * share).rounded())
    }
    return Colour(red: mix(\.red), green: mix(\.green), blue: mix(\.blue))
  }
}
