/// Brings images of one layout into the network's input: colours, size and border in one pass over the planes.
///
/// A pixel is first RGB (as FFmpeg's scaler converts), then resized bilinearly (as OpenCV does), so the input has the very
/// bytes of the reference implementation. Values are 0...255; the division by 255 belongs into the first convolution.
/// Tables and scratch rows are made once; painting allocates nothing. One painter serves one thread at a time.
public struct LetterboxPainter: ~Copyable {
  /// How the three channels of the input lie in memory.
  public enum ChannelOrder: Hashable, Sendable {
    /// R, G, B of one pixel together: `height, width, 3`.
    case last
    /// One plane for each channel: `3, height, width`.
    case first
  }

  /// The layout that images must have.
  public let source: PixelLayout
  /// Where the image goes.
  public let letterbox: Letterbox
  private var resizer: BilinearResizer
  private let line: ScratchMemory<UInt8>

  /// A painter from images of layout `source` into `letterbox`; fails with `mismatch` if their sizes differ.
  public init(source: PixelLayout, letterbox: Letterbox) throws(ImagingError) {
    try self.init(source: source, letterbox: letterbox, rows: PixelRows())
  }

  init(source: PixelLayout, letterbox: Letterbox, rows: PixelRows) throws(ImagingError) {
    guard source.width == letterbox.sourceWidth, source.height == letterbox.sourceHeight else {
      throw ImagingError(
        .mismatch,
        "a letterbox for \(letterbox.sourceWidth)x\(letterbox.sourceHeight) was given images of "
          + "\(source.width)x\(source.height)")
    }
    self.source = source
    self.letterbox = letterbox
    resizer = BilinearResizer(
      source: source, width: letterbox.resizedWidth, height: letterbox.resizedHeight, rows: rows)
    line = ScratchMemory(count: letterbox.resizedWidth * 3, of: 0)
  }

  /// Paints `image` into `input` of `width * height * 3` bytes.
  ///
  /// The border never changes for one letterbox: pass `paintsBorder: false` when `input` still has it.
  /// Fails with `mismatch` if the image's layout or the size of `input` is not the agreed one.
  public mutating func paint(
    _ image: borrowing PixelBuffer, into input: inout MutableSpan<UInt8>, order: ChannelOrder,
    paintsBorder: Bool = true
  ) throws(ImagingError) {
    try check(image.layout, elements: input.count)
    unsafe input.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      if paintsBorder { unsafe paintBorder(base, order, level: Letterbox.borderLevel) }
      image.withView { view in
        unsafe paintRows(view, base, order) { rows, line, count, output in
          unsafe output.update(from: line, count: count)
        }
      }
    }
  }

  /// Paints `image` into `input` of `width * height * 3` floats, values 0...255; otherwise as for bytes.
  public mutating func paint(
    _ image: borrowing PixelBuffer, into input: inout MutableSpan<Float>, order: ChannelOrder,
    paintsBorder: Bool = true
  ) throws(ImagingError) {
    try check(image.layout, elements: input.count)
    unsafe input.withUnsafeMutableBufferPointer { buffer in
      guard let base = buffer.baseAddress else { return }
      if paintsBorder { unsafe paintBorder(base, order, level: Float(Letterbox.borderLevel)) }
      image.withView { view in
        unsafe paintRows(view, base, order) { rows, line, count, output in
          unsafe rows.widen(line, count: count, to: output)
        }
      }
    }
  }

  private func check(_ layout: PixelLayout, elements: Int) throws(ImagingError) {
    guard layout == source else {
      throw ImagingError(.mismatch, "a painter for \(source.summary) was given an image of \(layout.summary)")
    }
    let expected = letterbox.width * letterbox.height * 3
    guard elements == expected else {
      throw ImagingError(.mismatch, "an input of \(expected) elements was expected, but it has \(elements)")
    }
  }

  /// Fills everything but the image.
  private func paintBorder<Element>(_ base: UnsafeMutablePointer<Element>, _ order: ChannelOrder, level: Element) {
    let samples = order == .last ? 3 : 1, planes = order == .last ? 1 : 3
    let pitch = letterbox.width * samples
    let before = letterbox.left * samples, after = (letterbox.left + letterbox.resizedWidth) * samples
    for plane in 0..<planes {
      for y in 0..<letterbox.height {
        let row = unsafe base + (plane * letterbox.height + y) * pitch
        if y < letterbox.top || y >= letterbox.top + letterbox.resizedHeight {
          unsafe row.update(repeating: level, count: pitch)
        } else {
          unsafe row.update(repeating: level, count: before)
          unsafe (row + after).update(repeating: level, count: pitch - after)
        }
      }
    }
  }

  /// Makes each row of the image and has `store` put `count` bytes of it to their place.
  @inline(__always)
  private mutating func paintRows<Element>(
    _ view: borrowing ImageView, _ base: UnsafeMutablePointer<Element>, _ order: ChannelOrder,
    store: (PixelRows, UnsafePointer<UInt8>, Int, UnsafeMutablePointer<Element>) -> Void
  ) {
    let rows = resizer.rows, width = letterbox.resizedWidth
    resizer.begin()
    for y in 0..<letterbox.resizedHeight {
      resizer.make(y, from: view)
      let start = (y + letterbox.top) * letterbox.width + letterbox.left
      switch order {
      case .last:
        unsafe rows.interleave(resizer.output, width: width, to: line.base)
        unsafe store(rows, line.base, width * 3, base + start * 3)
      case .first:
        let plane = letterbox.width * letterbox.height
        unsafe store(rows, resizer.output.r, width, base + start)
        unsafe store(rows, resizer.output.g, width, base + start + plane)
        unsafe store(rows, resizer.output.b, width, base + start + plane * 2)
      }
    }
  }
}

extension PixelLayout {
  /// For messages.
  var summary: String { "\(width)x\(height) \(format.rawValue)" }
}
