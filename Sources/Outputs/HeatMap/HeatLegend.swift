import FreeType
import Imaging
import Scene

/// Writes and fills on one image: the texts and the scale of a heat map. Without a font it writes nothing.
struct HeatLegend: ~Copyable {
  private let layout: PixelLayout
  private var canvas: Canvas
  private var atlas: GlyphAtlas?
  private let ink: Ink

  /// A pen for images of `layout` with letters of `textSize` pixels.
  init(_ layout: PixelLayout, textSize: Int) throws(ImagingError) {
    self.layout = layout
    canvas = try Canvas(layout: layout)
    ink = Ink(Colour(hex: 0xF0F0F0), for: layout)
    atlas = nil
    if let path = FontSearch.find() { atlas = try? GlyphAtlas(path: path, pixelSize: textSize) }
  }

  /// Writes `text` from `x` on; returns where it ends.
  @discardableResult
  mutating func write(_ text: String, x: Int, baseline: Int, on view: borrowing ImageView) -> Int {
    let line = atlas?.line(text) ?? GlyphAtlas.Line()
    canvas.draw(line.glyphs.map { ($0.bitmap, $0.x + x, $0.y + baseline) }, with: ink, on: view)
    return x + line.width
  }

  /// Draws the colours of the scale from left to right; returns where they end.
  mutating func drawScale(x: Int, baseline: Int, width: Int, height: Int, on view: borrowing ImageView) -> Int {
    for step in 0..<width {
      let colour = HeatScale.colour(at: Double(step) / Double(max(1, width - 1)))
      canvas.fill(
        Box(
          minX: Float(x + step), minY: Float(baseline - height), maxX: Float(x + step + 1), maxY: Float(baseline)),
        with: Ink(colour, for: layout), on: view)
    }
    return x + width
  }
}
