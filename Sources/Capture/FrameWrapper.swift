public import FFmpeg
public import Imaging

/// Makes frames of libav into pixel buffers: without a copy where the arrangement of samples is one of ours.
struct FrameWrapper: ~Copyable {
  /// Whether the frames will be drawn on.
  let isForDrawing: Bool
  /// How the frames are shown upright.
  let orientation: StillOrientation
  private var scaler = Scaler()

  init(isForDrawing: Bool, orientation: StillOrientation = .upright) {
    self.isForDrawing = isForDrawing
    self.orientation = orientation
  }

  /// The frame `frame`, in `format` if one is asked for.
  mutating func wrap(_ frame: Frame, format: FrameFormat? = nil) throws(FFmpegError) -> PixelBuffer {
    var frame = frame
    let target = format ?? frame.format ?? (frame.isRGB ? .rgb24 : .yuv420p)
    if frame.format != target || !frame.hasUprightRows {
      let colour: FrameColour? =
        frame.isRGB && target != .rgb24 ? FrameColour(matrix: .bt601, isFullRange: false) : nil
      frame = try scaler.convert(frame, width: frame.width, height: frame.height, format: target, colour: colour)
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
}

extension PixelBuffer {
  /// The frame in `frame`, which becomes its keeper; `nil` for an arrangement of samples that is not one of ours.
  public init?(wrapping frame: Frame) {
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
  /// The same colours in the house's words.
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
  /// Whether every row begins after the one above, as bottom-up frames do not have it.
  var hasUprightRows: Bool {
    for index in 0..<3 {
      if let plane = unsafe plane(index), unsafe plane.stride <= 0 { return false }
    }
    return true
  }
}
