import CFreeType

/// A font at one size, which renders characters.
///
/// Use a font on one thread at a time.
@safe
package struct Font: ~Copyable {
  private let library: FT_Library
  private let face: FT_Face
  private let hasKerning: Bool

  /// Largest ascent and descent of ordinary characters in pixels; both positive.
  package let ascent, descent: Int
  /// Height of a capital letter in pixels, to centre text.
  package let capitalHeight: Int

  /// Opens the font at `path` with an em of `pixelSize` pixels (1...1000). Fails unless it is scalable.
  package init(path: String, pixelSize: Int) throws(FreeTypeError) {
    guard (1...1000).contains(pixelSize) else {
      throw FreeTypeError("text of \(pixelSize) pixels was asked for; 1...1000 is possible")
    }
    var library: FT_Library?
    try unsafe FreeTypeError.check(FT_Init_FreeType(&library), "starting FreeType")
    guard let library = unsafe library else { throw FreeTypeError("FreeType gave no library") }
    do throws(FreeTypeError) {
      var opened: FT_Face?
      try unsafe FreeTypeError.check(FT_New_Face(library, path, 0, &opened), "opening the font \(path)")
      guard let face = unsafe opened else { throw FreeTypeError("FreeType gave no face for \(path)") }
      guard unsafe face.pointee.face_flags & freetype_is_scalable != 0 else {
        throw FreeTypeError("\(path) holds bitmaps of fixed sizes; a scalable font was expected")
      }
      try unsafe FreeTypeError.check(
        FT_Set_Pixel_Sizes(face, 0, UInt32(pixelSize)), "setting \(path) to \(pixelSize) pixels")
      unsafe self.library = unsafe library
      unsafe self.face = unsafe face
    } catch {
      // Frees the face, too.
      unsafe FT_Done_FreeType(library)
      throw error
    }
    unsafe hasKerning = face.pointee.face_flags & freetype_has_kerning != 0
    guard let metrics = unsafe face.pointee.size?.pointee.metrics else {
      (ascent, descent, capitalHeight) = (pixelSize, pixelSize / 4, pixelSize * 3 / 4)
      return
    }
    ascent = Int(metrics.ascender + 32) >> 6
    descent = Int(-metrics.descender + 32) >> 6
    let index = unsafe FT_Get_Char_Index(face, FT_ULong(UInt8(ascii: "H")))
    let loaded = unsafe index != 0 && FT_Load_Glyph(face, index, freetype_load_light) == 0
    capitalHeight = loaded ? unsafe Int(face.pointee.glyph.pointee.bitmap_top) : pixelSize * 3 / 4
  }

  deinit {
    unsafe FT_Done_Face(face)
    unsafe FT_Done_FreeType(library)
  }

  /// A rendered character with its advance.
  package struct Glyph: Hashable, Sendable {
    /// Glyph index in the font, for kerning; 0 is the glyph of a missing character.
    package let index: UInt32
    /// Size in pixels.
    package let width, height: Int
    /// Coverage 0...255, rows from the top, without padding.
    package let coverage: [UInt8]
    /// From the pen to the left edge, and from the baseline up to the top edge, in pixels.
    package let left, top: Int
    /// Advance of the pen in 1/64 pixels.
    package let advance: Int
  }

  /// The glyph of `character`, or the font's glyph for a missing one.
  package func glyph(for character: Unicode.Scalar) throws(FreeTypeError) -> Glyph {
    let index = unsafe FT_Get_Char_Index(face, FT_ULong(character.value))
    try unsafe FreeTypeError.check(
      FT_Load_Glyph(face, index, freetype_load_light), "rendering character U+\(String(character.value, radix: 16))")
    guard let slot = unsafe face.pointee.glyph else { throw FreeTypeError("FreeType gave no glyph slot") }
    let bitmap = unsafe slot.pointee.bitmap
    let width = unsafe Int(bitmap.width), height = unsafe Int(bitmap.rows)
    var coverage: [UInt8] = []
    if width > 0, height > 0 {
      // Scalable fonts render 256 grey levels in this mode; colour and 1-bit glyphs have others.
      guard let rows = unsafe bitmap.buffer, unsafe bitmap.pixel_mode == UInt8(FT_PIXEL_MODE_GRAY.rawValue) else {
        throw FreeTypeError("character U+\(String(character.value, radix: 16)) is not of grey levels")
      }
      coverage.reserveCapacity(width * height)
      for y in 0..<height {
        let row = unsafe rows + y * Int(bitmap.pitch)
        for x in 0..<width { unsafe coverage.append(row[x]) }
      }
    }
    return unsafe Glyph(
      index: index, width: width, height: height, coverage: coverage, left: Int(slot.pointee.bitmap_left),
      top: Int(slot.pointee.bitmap_top), advance: Int(slot.pointee.advance.x))
  }

  /// Kerning between two glyphs in 1/64 pixels; negative moves them closer.
  package func kerning(_ left: UInt32, _ right: UInt32) -> Int {
    guard hasKerning, left != 0, right != 0 else { return 0 }
    var delta = FT_Vector()
    let status = unsafe FT_Get_Kerning(face, left, right, FT_KERNING_UNFITTED.rawValue, &delta)
    return status == 0 ? Int(delta.x) : 0
  }
}
