/// A pixel format with 8 bits per sample.
public enum PixelFormat: String, Hashable, Sendable, CaseIterable {
  /// 4:2:0, planes Y, U, V.
  case yuv420p
  /// 4:2:2, planes Y, U, V.
  case yuv422p
  /// 4:4:0, planes Y, U, V, as in JPEGs that were rotated losslessly.
  case yuv440p
  /// 4:4:4, planes Y, U, V.
  case yuv444p
  /// 4:2:0, plane Y, then U and V interleaved.
  case nv12
  /// One plane of luma.
  case gray8
  /// One plane of R, G, B triples.
  case rgb24

  /// Number of planes.
  public var planeCount: Int {
    switch self {
    case .yuv420p, .yuv422p, .yuv440p, .yuv444p: 3
    case .nv12: 2
    case .gray8, .rgb24: 1
    }
  }

  /// Whether chroma is subsampled horizontally.
  var halvesColumns: Bool { self == .yuv420p || self == .yuv422p || self == .nv12 }

  /// Whether chroma is subsampled vertically.
  var halvesRows: Bool { self == .yuv420p || self == .yuv440p || self == .nv12 }
}

/// The colour encoding of a YUV image.
public struct ColourEncoding: Hashable, Sendable {
  /// Luma coefficients.
  public enum Matrix: Hashable, Sendable { case bt601, bt709, bt2020 }
  /// Position of a subsampled chroma sample.
  public enum ChromaSiting: Hashable, Sendable {
    /// As in video, or unspecified.
    case video
    /// In the middle of its pixels, as in JPEG.
    case centred
  }
  /// Luma coefficients.
  public var matrix: Matrix
  /// Samples use the full range 0...255 (JPEG) rather than 16...235 and 16...240.
  public var isFullRange: Bool
  /// Position of subsampled chroma.
  public var siting: ChromaSiting

  /// An encoding with luma coefficients `matrix`.
  public init(matrix: Matrix, isFullRange: Bool, siting: ChromaSiting = .video) {
    self.matrix = matrix
    self.isFullRange = isFullRange
    self.siting = siting
  }

  /// Whether it has JPEG's conventions: full range, centred chroma.
  var isJPEG: Bool { isFullRange && siting == .centred }
}

/// Size, format and colours of an image.
public struct PixelLayout: Hashable, Sendable {
  /// Width in pixels.
  public var width: Int
  /// Height in pixels.
  public var height: Int
  /// Pixel format.
  public var format: PixelFormat
  /// Colour encoding; ignored for `rgb24`.
  public var colour: ColourEncoding

  /// An image of `width` × `height` pixels.
  public init(
    width: Int, height: Int, format: PixelFormat, colour: ColourEncoding = .init(matrix: .bt601, isFullRange: false)
  ) {
    self.width = width
    self.height = height
    self.format = format
    self.colour = colour
  }

  /// Bytes per row and number of rows of plane `index`; odd sizes round chroma up.
  public func planeSize(_ index: Int) -> (rowBytes: Int, rows: Int) {
    let halfWidth = (width + 1) / 2, halfHeight = (height + 1) / 2
    return switch (format, index) {
    case (.rgb24, _): (width * 3, height)
    case (_, 0), (.gray8, _), (.yuv444p, _): (width, height)
    case (.yuv420p, _): (halfWidth, halfHeight)
    case (.yuv422p, _): (halfWidth, height)
    case (.yuv440p, _): (width, halfHeight)
    case (.nv12, _): (halfWidth * 2, halfHeight)
    }
  }
}
