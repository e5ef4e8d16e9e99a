package import FFmpeg
package import Imaging

/// Converts frames of libav to pixel buffers for the network: upright, deinterlaced, with square pixels. Copies
/// nothing if a frame is like that already and has a supported pixel format.
struct FrameWrapper: ~Copyable {
  /// Whether the frames will be drawn on.
  let isForDrawing: Bool
  /// Orientation of frames that do not state one.
  let orientation: FrameOrientation
  /// Pixel aspect ratio of all frames, unless they state it.
  let pixelAspect: Double
  /// Whether each frame states its pixel aspect ratio, because the container does not: broadcasts change it.
  let framesStateAspect: Bool
  /// Which field is the earlier one, of frames that do not say it themselves.
  let fieldOrder: FieldOrder?
  /// Whether frames can have fields. libav calls a PNG interlaced whose rows were stored in several passes.
  let hasFields: Bool
  private var scaler = Scaler()
  /// The previous frame, if frames are interlaced.
  private var fields: Frame?

  init(
    isForDrawing: Bool, orientation: FrameOrientation = .upright, pixelAspect: Double = 1,
    framesStateAspect: Bool = false, fieldOrder: FieldOrder? = nil, hasFields: Bool = true
  ) {
    self.isForDrawing = isForDrawing
    self.framesStateAspect = framesStateAspect
    self.orientation = orientation
    self.pixelAspect = pixelAspect
    self.fieldOrder = fieldOrder
    self.hasFields = hasFields
  }

  /// Converts `frame`, to `format` if given.
  ///
  /// - Parameter stated: orientation from the header of the image file; that of the frame takes precedence.
  mutating func wrap(
    _ frame: Frame, format: FrameFormat? = nil, stated: FrameOrientation? = nil
  ) throws(FFmpegError) -> PixelBuffer {
    guard max(frame.width, frame.height) <= PixelLayout.largestSide else {
      throw FFmpegError(
        .unsupported,
        "cannot use a frame of \(frame.width)x\(frame.height): expected at most \(PixelLayout.largestSide) pixels a side"
      )
    }
    let orientation = frame.orientation ?? stated ?? orientation
    let pixelAspect = framesStateAspect ? frame.pixelAspect ?? 1 : pixelAspect
    var frame = frame
    let target = format ?? frame.format ?? (frame.isRGB ? .rgb24 : .yuv420p)
    if frame.format != target || !frame.hasUprightRows {
      let colour: FrameColour? =
        frame.isRGB && target != .rgb24 ? FrameColour(matrix: .bt601, isFullRange: false) : nil
      frame = try scaler.convert(frame, width: frame.width, height: frame.height, format: target, colour: colour)
    }
    if hasFields, frame.isInterlaced || fieldOrder != nil {
      let before = fields
      fields = frame
      frame = try frame.deinterlaced(after: before, stated: fieldOrder)
    } else {
      fields = nil
    }
    let size = Self.squareSize(width: frame.width, height: frame.height, pixelAspect: pixelAspect)
    if size != (frame.width, frame.height) {
      frame = try scaler.convert(frame, width: size.width, height: size.height, format: target)
    }
    if orientation != .upright {
      frame = try frame.shown(orientation)
    } else if isForDrawing {
      try frame.makeWritable()
    }
    guard let pixels = PixelBuffer(wrapping: frame) else {
      throw FFmpegError(.unsupported, "cannot use a frame of \(frame.formatName) \(frame.width)x\(frame.height)")
    }
    return pixels
  }

  /// The size with square pixels: the larger one, so that no detail is lost. Unchanged if pixels are nearly square or
  /// the ratio is implausible.
  static func squareSize(width: Int, height: Int, pixelAspect: Double) -> (width: Int, height: Int) {
    guard (0.125...8).contains(pixelAspect), abs(pixelAspect - 1) > 0.01 else { return (width, height) }
    let columns = pixelAspect > 1 ? Int((Double(width) * pixelAspect / 2).rounded()) * 2 : width
    let rows = pixelAspect < 1 ? Int((Double(height) / pixelAspect / 2).rounded()) * 2 : height
    return max(columns, rows) <= 16384 ? (columns, rows) : (width, height)
  }
}

extension PixelBuffer {
  /// Wraps `frame` without copying and keeps it alive; `nil` for an unsupported pixel format.
  package init?(wrapping frame: Frame) {
    guard let format = frame.format.flatMap({ PixelFormat(rawValue: $0.rawValue) }) else { return nil }
    var colour = ColourEncoding(frame.colour)
    colour.siting = frame.hasCentredChroma ? .centred : .video
    let layout = PixelLayout(width: frame.width, height: frame.height, format: format, colour: colour)
    var planes: [ImageView.Plane] = []
    for index in 0..<format.planeCount {
      guard let plane = unsafe frame.plane(index), unsafe plane.stride >= layout.planeSize(index).rowBytes else {
        return nil
      }
      planes.append(unsafe ImageView.Plane(base: plane.base, stride: plane.stride))
    }
    unsafe self.init(layout: layout, planes: planes, keeper: frame)
  }
}

extension ColourEncoding {
  /// The colour encoding of a libav frame.
  init(_ colour: FrameColour) {
    let matrix: Matrix =
      switch colour.matrix {
      case .bt601: .bt601
      case .bt709: .bt709
      case .bt2020: .bt2020
      }
    self.init(matrix: matrix, isFullRange: colour.isFullRange)
  }
}

extension Frame {
  /// Whether rows are stored top-down.
  var hasUprightRows: Bool {
    for index in 0..<3 {
      if let plane = unsafe plane(index), unsafe plane.stride <= 0 { return false }
    }
    return true
  }
}
