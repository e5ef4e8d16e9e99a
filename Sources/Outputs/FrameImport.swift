import FFmpeg
import Imaging
import Scene

/// Converts pixel buffers to frames of libav: the decoder's own frame if there is one, else a copy.
struct FrameImport: ~Copyable {
  private var scaler = Scaler()

  /// `pixels` as a frame in `format`, scaled to `width` × `height` if given.
  mutating func frame(
    _ pixels: borrowing PixelBuffer, format: FrameFormat, width: Int? = nil, height: Int? = nil,
    colour: FrameColour? = nil
  ) throws(FFmpegError) -> Frame {
    let layout = pixels.layout
    let frame = try Self.borrow(pixels)
    let wantedWidth = width ?? layout.width, wantedHeight = height ?? layout.height
    let isSameSize = frame.width / 2 == wantedWidth / 2 && frame.height / 2 == wantedHeight / 2
    if frame.format == format, isSameSize, colour == nil || frame.colour == colour { return frame }
    return try scaler.convert(frame, width: wantedWidth, height: wantedHeight, format: format, colour: colour)
  }

  /// Converts `frame` to `format` and `colour` without scaling.
  mutating func convert(_ frame: Frame, to format: FrameFormat, colour: FrameColour) throws(FFmpegError) -> Frame {
    if frame.format == format, format == .rgb24 || format == .gray8 || frame.colour == colour { return frame }
    return try scaler.convert(frame, width: frame.width, height: frame.height, format: format, colour: colour)
  }

  /// The decoder's own frame, or a copy if there is none.
  static func borrow(_ pixels: borrowing PixelBuffer) throws(FFmpegError) -> Frame {
    let layout = pixels.layout
    if let kept = pixels.keeper as? Frame, kept.width == layout.width, kept.height == layout.height,
      kept.format?.rawValue == layout.format.rawValue
    {
      return kept
    }
    let whole = Box(minX: 0, minY: 0, maxX: Float(layout.width), maxY: Float(layout.height))
    return try copy(pixels, cut: whole)
  }

  /// A copy of the part of an image in `cut` (pixels), extended to whole chroma samples, at least one.
  static func copy(_ pixels: borrowing PixelBuffer, cut: Box) throws(FFmpegError) -> Frame {
    let layout = pixels.layout
    guard let format = FrameFormat(rawValue: layout.format.rawValue) else {
      throw FFmpegError(.unsupported, "cannot write images of \(layout.format.rawValue)")
    }
    let inside = cut.clamped(toWidth: Float(layout.width), height: Float(layout.height))
    let left = min(Int(inside.minX), layout.width - 1) & ~1, top = min(Int(inside.minY), layout.height - 1) & ~1
    let right = min(max(Int(inside.maxX.rounded(.up)), left + 2), layout.width)
    let bottom = min(max(Int(inside.maxY.rounded(.up)), top + 2), layout.height)
    let part = PixelLayout(width: right - left, height: bottom - top, format: layout.format, colour: layout.colour)
    let frame = try Frame(width: part.width, height: part.height, format: format)
    frame.colour = FrameColour(layout.colour)
    pixels.withView { view in
      for index in 0..<layout.format.planeCount {
        guard let target = unsafe frame.plane(index) else { continue }
        let size = part.planeSize(index)
        // Left and top are even, so the offset is a multiple of a chroma sample.
        let before = PixelLayout(width: left, height: top, format: layout.format).planeSize(index)
        for row in 0..<size.rows {
          unsafe (target.base + row * target.stride).update(
            from: view.planes[index].base + (before.rows + row) * view.planes[index].stride + before.rowBytes,
            count: size.rowBytes)
        }
      }
    }
    return frame
  }
}

extension FrameColour {
  /// The colour encoding as libav defines it.
  init(_ colour: ColourEncoding) {
    let matrix: Matrix =
      switch colour.matrix {
      case .bt601: .bt601
      case .bt709: .bt709
      case .bt2020: .bt2020
      }
    self.init(matrix: matrix, isFullRange: colour.isFullRange)
  }
}
