/// Letterboxes images of one layout into the network's input: colour conversion, resizing and border in one pass.
///
/// Pixels are converted to RGB (as FFmpeg's scaler does), then resized bilinearly (as OpenCV does), so the input is
/// bit-exact to the reference implementation. Values are 0...255; the first convolution includes the division by 255.
/// Tables and scratch rows are allocated once; painting allocates nothing. Use a painter on one thread at a time.
package struct LetterboxPainter: ~Copyable {
  /// Memory layout of the three channels of the input.
  package enum ChannelOrder: Hashable, Sendable {
    /// Interleaved: `height, width, 3`.
    case last
    /// Planar: `3, height, width`.
    case first
  }

  /// The layout of the images.
  package let source: PixelLayout
  /// The placement in the input.
  package let letterbox: Letterbox
  private var resizer: BilinearResizer
  private let line: ScratchMemory<UInt8>

  /// A painter from images of layout `source` to `letterbox`; fails with `mismatch` if their sizes differ.
  package init(source: PixelLayout, letterbox: Letterbox) throws(ImagingError) {
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

  /// Writes `image` to `input` of `width * height * 3` bytes.
  ///
  /// Pass `paintsBorder: false` if `input` still contains the border of the same letterbox. Fails with `mismatch` if
  /// the layout of the image or the size of `input` is wrong.
  package mutating func paint(
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

  /// Writes `image` to `input` of `width * height * 3` floats 0...255; otherwise as for bytes.
  package mutating func paint(
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

  /// Fills the border.
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

  /// Computes each row of the image and calls `store` to write `count` bytes of it.
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
