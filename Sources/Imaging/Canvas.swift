/// Draws with anti-aliasing directly on the planes of images of one layout, without a conversion to RGB.
///
/// A shape is a coverage of 0...255 per pixel. Chroma shared by several pixels is mixed by their mean coverage.
/// Shapes are clipped to the image; shapes with NaN coordinates are ignored, and images of another size or format are
/// left as they are. Scratch memory is allocated once. Use a canvas on one thread at a time.
package struct Canvas: ~Copyable {
  /// The layout of the images.
  package let layout: PixelLayout
  let mask: CoverageMask
  private let lines: (ScratchMemory<UInt8>, ScratchMemory<UInt8>, ScratchMemory<UInt8>)
  /// A row for shapes that are the difference of two.
  let spare: ScratchMemory<UInt8>

  /// A canvas for images of `layout`; fails with `badSize`.
  package init(layout: PixelLayout) throws(ImagingError) {
    try layout.checkSize()
    self.layout = layout
    mask = CoverageMask(width: layout.width, height: layout.height)
    func line() -> ScratchMemory<UInt8> { ScratchMemory(count: layout.width + 2, of: 0) }
    lines = (line(), line(), line())
    spare = line()
  }

  /// Chroma subsampling as powers of two; both zero without subsampling.
  var chromaShift: (x: Int, y: Int) { (layout.format.halvesColumns ? 1 : 0, layout.format.halvesRows ? 1 : 0) }

  /// A region extended to whole chroma samples, so that adjacent regions never mix the same sample twice.
  ///
  /// `columns` and `rows` can be outside; the result is clipped to the image, `nil` if it is empty.
  func region(_ columns: Range<Int>, _ rows: Range<Int>) -> (columns: Range<Int>, rows: Range<Int>)? {
    func cut(_ range: Range<Int>, _ shift: Int, _ limit: Int) -> Range<Int>? {
      let mask = (1 << shift) - 1
      let lower = max(range.lowerBound & ~mask, 0), upper = min((range.upperBound + mask) & ~mask, limit)
      return lower < upper ? lower..<upper : nil
    }
    guard !columns.isEmpty, !rows.isEmpty, let x = cut(columns, chromaShift.x, layout.width),
      let y = cut(rows, chromaShift.y, layout.height)
    else { return nil }
    return (x, y)
  }

  /// Mixes `ink` into a region made by `region`. `coverage` returns the coverage of one row, first column first; it
  /// can use the scratch row passed to it.
  @inline(__always)
  func mix(
    _ ink: Ink, columns: Range<Int>, rows: Range<Int>, on view: borrowing ImageView,
    coverage: (Int, UnsafeMutablePointer<UInt8>) -> UnsafePointer<UInt8>
  ) {
    guard view.layout.width == layout.width, view.layout.height == layout.height, view.layout.format == layout.format
    else { return }
    let count = columns.count, shift = chromaShift
    var y = rows.lowerBound
    while y < rows.upperBound {
      let first = unsafe coverage(y, lines.0.base)
      unsafe mixFull(ink, first, row: y, columns: columns, on: view)
      var second = unsafe first
      if shift.y == 1, y + 1 < rows.upperBound {
        unsafe second = unsafe coverage(y + 1, lines.1.base)
        unsafe mixFull(ink, second, row: y + 1, columns: columns, on: view)
      }
      if shift.x == 1 {
        unsafe Self.average(first, second, count: count, to: lines.2.base)
        let chroma = (columns.lowerBound / 2, (count + 1) / 2)
        unsafe mixChroma(ink, lines.2.base, row: y >> shift.y, start: chroma.0, count: chroma.1, on: view)
      } else if shift.y == 1 {
        for x in 0..<count { unsafe lines.2.base[x] = UInt8((UInt16(first[x]) + UInt16(second[x]) + 1) >> 1) }
        unsafe mixChroma(ink, lines.2.base, row: y >> 1, start: columns.lowerBound, count: count, on: view)
      }
      y += 1 << shift.y
    }
  }

  /// One row of the planes without subsampling.
  @inline(__always)
  private func mixFull(
    _ ink: Ink, _ coverage: UnsafePointer<UInt8>, row: Int, columns: Range<Int>, on view: borrowing ImageView
  ) {
    let count = columns.count, opacity = ink.opacity
    @inline(__always) func start(_ plane: Int) -> UnsafeMutablePointer<UInt8> {
      unsafe view.planes[plane].base + row * view.planes[plane].stride
    }
    switch layout.format {
    case .rgb24:
      let pixels = unsafe start(0) + columns.lowerBound * 3
      unsafe Self.mix(pixels, step: 3, coverage, count: count, ink.samples.0, opacity)
      unsafe Self.mix(pixels + 1, step: 3, coverage, count: count, ink.samples.1, opacity)
      unsafe Self.mix(pixels + 2, step: 3, coverage, count: count, ink.samples.2, opacity)
    case .yuv444p:
      unsafe Self.mix(start(0) + columns.lowerBound, step: 1, coverage, count: count, ink.samples.0, opacity)
      unsafe Self.mix(start(1) + columns.lowerBound, step: 1, coverage, count: count, ink.samples.1, opacity)
      unsafe Self.mix(start(2) + columns.lowerBound, step: 1, coverage, count: count, ink.samples.2, opacity)
    case .yuv420p, .yuv422p, .yuv440p, .nv12, .gray8:
      unsafe Self.mix(start(0) + columns.lowerBound, step: 1, coverage, count: count, ink.samples.0, opacity)
    }
  }

  /// One row of subsampled chroma.
  @inline(__always)
  private func mixChroma(
    _ ink: Ink, _ coverage: UnsafePointer<UInt8>, row: Int, start: Int, count: Int, on view: borrowing ImageView
  ) {
    let first = unsafe view.planes[1].base + row * view.planes[1].stride
    if layout.format == .nv12 {
      unsafe Self.mix(first + start * 2, step: 2, coverage, count: count, ink.samples.1, ink.opacity)
      unsafe Self.mix(first + start * 2 + 1, step: 2, coverage, count: count, ink.samples.2, ink.opacity)
    } else {
      let second = unsafe view.planes[2].base + row * view.planes[2].stride
      unsafe Self.mix(first + start, step: 1, coverage, count: count, ink.samples.1, ink.opacity)
      unsafe Self.mix(second + start, step: 1, coverage, count: count, ink.samples.2, ink.opacity)
    }
  }

  /// Mean coverage of the 2 × 2 pixels of each chroma sample; an odd last column counts twice.
  private static func average(
    _ first: UnsafePointer<UInt8>, _ second: UnsafePointer<UInt8>, count: Int, to output: UnsafeMutablePointer<UInt8>
  ) {
    for index in 0..<count / 2 {
      let above = unsafe UInt16(first[index * 2]) &+ UInt16(first[index * 2 + 1])
      let below = unsafe UInt16(second[index * 2]) &+ UInt16(second[index * 2 + 1])
      unsafe output[index] = UInt8(truncatingIfNeeded: (above &+ below &+ 2) >> 2)
    }
    if count % 2 == 1 {
      let sum = unsafe UInt16(first[count - 1]) &+ UInt16(second[count - 1])
      unsafe output[count / 2] = UInt8(truncatingIfNeeded: (sum &+ 1) >> 1)
    }
  }

  /// Mixes `level` into `count` samples, `step` bytes apart. Full coverage at full opacity gives exactly `level`.
  @inline(__always)
  private static func mix(
    _ samples: UnsafeMutablePointer<UInt8>, step: Int, _ coverage: UnsafePointer<UInt8>, count: Int, _ level: UInt8,
    _ opacity: UInt16
  ) {
    let level = UInt16(level)
    for index in 0..<count {
      var weight = unsafe (UInt16(coverage[index]) &* opacity &+ 128) >> 8
      weight &+= weight >> 7
      let below = unsafe UInt16(samples[index &* step]) &* (256 &- weight)
      unsafe samples[index &* step] = UInt8(truncatingIfNeeded: (below &+ level &* weight &+ 128) >> 8)
    }
  }
}
