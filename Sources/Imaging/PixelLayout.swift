/// How the samples of an image lie in memory. All are 8 bits a sample.
public enum PixelFormat: String, Hashable, Sendable, CaseIterable {
  /// Planes Y, U, V; chroma halved both ways.
  case yuv420p
  /// Planes Y, U, V; chroma halved horizontally.
  case yuv422p
  /// Planes Y, U, V; chroma halved vertically, as in JPEGs that were turned without decoding.
  case yuv440p
  /// Planes Y, U, V at full size.
  case yuv444p
  /// Plane Y, then U and V interleaved, halved both ways.
  case nv12
  /// One plane of grey.
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

  /// Whether two pixels side by side share a chroma sample.
  var halvesColumns: Bool { self == .yuv420p || self == .yuv422p || self == .nv12 }

  /// Whether two pixels one below the other share a chroma sample.
  var halvesRows: Bool { self == .yuv420p || self == .yuv440p || self == .nv12 }
}

/// Which numbers stand for which colours in a YUV image.
public struct ColourEncoding: Hashable, Sendable {
  /// Luma coefficients.
  public enum Matrix: Hashable, Sendable { case bt601, bt709, bt2020 }
  /// Where a shared chroma sample lies among its pixels.
  public enum ChromaSiting: Hashable, Sendable {
    /// As video has it, or nobody said.
    case video
    /// In their middle, as JPEG has it.
    case centred
  }
  /// Luma coefficients.
  public var matrix: Matrix
  /// Samples use 0...255 (JPEG) rather than 16...235 and 16...240.
  public var isFullRange: Bool
  /// Where shared chroma lies.
  public var siting: ChromaSiting

  /// An encoding with luma coefficients `matrix`.
  public init(matrix: Matrix, isFullRange: Bool, siting: ChromaSiting = .video) {
    self.matrix = matrix
    self.isFullRange = isFullRange
    self.siting = siting
  }

  /// The conventions of JPEG, whatever the coefficients: full range, chroma in the middle.
  var isJPEG: Bool { isFullRange && siting == .centred }
}

/// Size, format and colours of an image.
public struct PixelLayout: Hashable, Sendable {
  /// Columns.
  public var width: Int
  /// Rows.
  public var height: Int
  /// Arrangement of samples.
  public var format: PixelFormat
  /// Meaning of YUV samples; ignored for `rgb24`.
  public var colour: ColourEncoding

  /// An image of `width` by `height` pixels.
  public init(
    width: Int, height: Int, format: PixelFormat, colour: ColourEncoding = .init(matrix: .bt601, isFullRange: false)
  ) {
    self.width = width
    self.height = height
    self.format = format
    self.colour = colour
  }

  /// Columns (in bytes) and rows of plane `index`; odd sizes round chroma up.
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
