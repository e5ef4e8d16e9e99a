import Imaging

/// One colour per class, the same in every run and stream.
///
/// Hues advance by the golden angle, so classes with neighbouring indices differ clearly, over three lightnesses. All
/// have equal chroma (OKLCH) and enough contrast to dark or white text.
enum ClassPalette {
  private static let colours: [UInt32] = [
    0xFF7264, 0x0ADEA4, 0xAC6CF5, 0xD49905, 0x00D3FB, 0xEA5097, 0x6FBD0E, 0xA5BBFF, 0xE66700, 0x05BEB0, 0xF393FE,
    0xA69300, 0x00B0FC, 0xFE9FA5, 0x00AF5D, 0xA591FE, 0xFFA839, 0x06A5B3, 0xF568C5, 0xADCE08, 0x4390FF, 0xFE7551,
    0x0EDDB5, 0xB866EB,
  ]

  /// The palette index of class `id`; any integer is allowed.
  static func index(_ id: Int) -> Int { ((id % colours.count) + colours.count) % colours.count }

  /// All colours by index.
  static let all = colours.map { Colour(hex: $0) }
}
