import FreeType
import Imaging

/// Caches the glyphs of one font and size, positioned at integer pixels.
struct GlyphAtlas: ~Copyable {
  /// A line of text: glyphs relative to the start of the baseline, and the advance in pixels.
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

  /// Lays out `text` on one line with kerning, each glyph at the nearest integer pixel. Characters missing in the
  /// font are shown as its replacement glyph; glyphs that cannot be rendered are left out.
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
    // Class names come from files; the cache must stay bounded for all of Unicode.
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
