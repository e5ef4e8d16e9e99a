import FFmpeg
import Imaging

/// Gives libav the pictures of the house: the decoder's own frame where there is one, else a copy.
struct FrameImport: ~Copyable {
  private var scaler = Scaler()

  /// `pixels` as a frame in `format`, at `width` by `height` if they are given.
  mutating func frame(
    _ pixels: borrowing PixelBuffer, format: FrameFormat, width: Int? = nil, height: Int? = nil,
    colour: FrameColour? = nil
  ) throws(FFmpegError) -> Frame {
    let layout = pixels.layout
    let frame: Frame
    if let kept = pixels.keeper as? Frame, kept.width == layout.width, kept.height == layout.height,
      kept.format?.rawValue == layout.format.rawValue
    {
      frame = kept
    } else {
      frame = try Self.copy(pixels)
    }
    let wantedWidth = width ?? layout.width, wantedHeight = height ?? layout.height
    let isSameSize = frame.width / 2 == wantedWidth / 2 && frame.height / 2 == wantedHeight / 2
    if frame.format == format, isSameSize, colour == nil || frame.colour == colour { return frame }
    return try scaler.convert(frame, width: wantedWidth, height: wantedHeight, format: format, colour: colour)
  }

  private static func copy(_ pixels: borrowing PixelBuffer) throws(FFmpegError) -> Frame {
    let layout = pixels.layout
    guard let format = FrameFormat(rawValue: layout.format.rawValue) else {
      throw FFmpegError(.unsupported, "cannot write pictures of \(layout.format.rawValue)")
    }
    let frame = try Frame(width: layout.width, height: layout.height, format: format)
    frame.colour = FrameColour(layout.colour)
    pixels.withView { view in
      for index in 0..<layout.format.planeCount {
        guard let target = unsafe frame.plane(index) else { continue }
        let size = layout.planeSize(index)
        for row in 0..<size.rows {
          unsafe (target.base + row * target.stride).update(
            from: view.planes[index].base + row * view.planes[index].stride, count: size.rowBytes)
        }
      }
    }
    return frame
  }
}

extension FrameColour {
  /// The same colours in libav's words.
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
