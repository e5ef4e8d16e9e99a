/// A rasterised character: coverage 0...255 per pixel.
package struct GlyphBitmap: Hashable, Sendable {
  /// Size in pixels.
  package let width, height: Int
  /// Coverage, rows from the top, without gaps.
  package let coverage: [UInt8]

  /// A glyph of `width` × `height` pixels; fails with `mismatch` if `coverage` has another size.
  package init(width: Int, height: Int, coverage: [UInt8]) throws(ImagingError) {
    guard width >= 0, height >= 0, coverage.count == width * height else {
      throw ImagingError(.mismatch, "a glyph of \(width)x\(height) was given \(coverage.count) coverage bytes")
    }
    self.width = width
    self.height = height
    self.coverage = coverage
  }
}

extension Canvas {
  /// Draws glyphs with their top left corners at integer positions. Where glyphs overlap the higher coverage counts.
  package mutating func draw(
    _ glyphs: [(bitmap: GlyphBitmap, x: Int, y: Int)], with ink: Ink, on view: borrowing ImageView
  ) {
    for (bitmap, left, top) in glyphs where abs(left) < 100_000 && abs(top) < 100_000 {
      let columns = max(left, 0)..<max(left, 0, min(left + bitmap.width, layout.width))
      guard !columns.isEmpty else { continue }
      for y in max(top, 0)..<max(top, 0, min(top + bitmap.height, layout.height)) {
        let row = unsafe mask.touch(y, columns)
        let start = (y - top) * bitmap.width - left
        for x in columns { unsafe row[x] = max(row[x], bitmap.coverage[start + x]) }
      }
    }
    mixMask(ink, on: view)
  }
}
