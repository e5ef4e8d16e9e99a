import FreeType
import Imaging

/// Text as shapes at whole pixels: the glyphs of one font and size, made once each.
struct GlyphAtlas: ~Copyable {
  /// A line of text: shapes relative to the pen's start on the baseline, and how far the pen moved (pixels).
  struct Line {
    var glyphs: [(bitmap: GlyphBitmap, x: Int, y: Int)] = []
    var width = 0
  }

  private struct Entry {
    let index: UInt32
    let bitmap: GlyphBitmap
    let left, top, advance: Int
  }

  private struct Pair: Hashable { let left, right: UInt32 }

  /// Height of a capital letter in pixels.
  let capitalHeight: Int
  private let font: Font
  private var entries: [Unicode.Scalar: Entry] = [:]
  private var kernings: [Pair: Int] = [:]

  init(path: String, pixelSize: Int) throws(FreeTypeError) {
    font = try Font(path: path, pixelSize: pixelSize)
    capitalHeight = font.capitalHeight
  }

  /// Sets `text` on one line, kerned, each glyph at the whole pixel nearest to its pen position. Characters that the font
  /// cannot draw show as its sign for that; those that fail altogether are left out.
  mutating func line(_ text: String) -> Line {
    var line = Line()
    var pen = 0
    var before: UInt32 = 0
    for character in text.unicodeScalars {
      guard let entry = entry(for: character) else { continue }
      pen += kerning(before, entry.index)
      if entry.bitmap.width > 0 { line.glyphs.append((entry.bitmap, (pen + 32) >> 6 + entry.left, -entry.top)) }
      pen += entry.advance
      before = entry.index
    }
    line.width = (pen + 63) >> 6
    return line
  }

  private mutating func entry(for character: Unicode.Scalar) -> Entry? {
    if let known = entries[character] { return known }
    guard let glyph = try? font.glyph(for: character),
      let bitmap = try? GlyphBitmap(width: glyph.width, height: glyph.height, coverage: glyph.coverage)
    else { return nil }
    let entry = Entry(index: glyph.index, bitmap: bitmap, left: glyph.left, top: glyph.top, advance: glyph.advance)
    // Class names come from files; a catalogue of all of Unicode must not fill the memory.
    if entries.count < 4096 { entries[character] = entry }
    return entry
  }

  private mutating func kerning(_ left: UInt32, _ right: UInt32) -> Int {
    let pair = Pair(left: left, right: right)
    if let known = kernings[pair] { return known }
    let value = font.kerning(left, right)
    if kernings.count < 65_536 { kernings[pair] = value }
    return value
  }
}
